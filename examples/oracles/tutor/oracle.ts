import { defineOracle, ON_THIS_MACHINE } from '@oracle-calls/agent/oracle';
import { tutorBrain } from './tutor-brain.ts';

export const oracle = defineOracle({
  instructions: 'You are a patient tutor of geography.',
  documents: new URL('./documents', import.meta.url),
  // What the pupil knows is noted, and there again in the next call. The page says so, and can have it forgotten.
  memory: true,
  brain: { kind: 'own', place: ON_THIS_MACHINE, open: tutorBrain },
});

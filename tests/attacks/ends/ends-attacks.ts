import { attackGroup } from '../attack-group.ts';
import { EndsScene } from './ends-scene.ts';
import { impostorAttacks } from './impostor-attacks.ts';
import { recordedAttacks } from './recorded-attacks.ts';

/** Real LiveKit and the two ends of a call, without models and browser. */
export const endsAttacks = attackGroup('the two ends', () => EndsScene.open(), [
  ...recordedAttacks,
  ...impostorAttacks,
]);

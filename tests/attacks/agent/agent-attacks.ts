import { attackGroup } from '../attack-group.ts';
import { AgentScene } from './agent-scene.ts';
import { earAttacks } from './ear-attacks.ts';
import { envelopeAttacks } from './envelope-attacks.ts';
import { handshakeAttacks } from './handshake-attacks.ts';
import { roomAttacks } from './room-attacks.ts';
import { sightAttacks } from './sight-attacks.ts';

/** Real LiveKit and the real agent; backend, user and SFU in the hands of the attacker. */
export const agentAttacks = attackGroup('the agent', () => AgentScene.open(), [
  ...envelopeAttacks,
  ...handshakeAttacks,
  ...roomAttacks,
  ...earAttacks,
  ...sightAttacks,
]);

import { attackGroup } from '../attack-group.ts';
import type { Attack } from '../attack.ts';
import { AgentScene } from './agent-scene.ts';
import { earAttacks } from './ear-attacks.ts';
import { envelopeAttacks } from './envelope-attacks.ts';
import { handshakeAttacks } from './handshake-attacks.ts';
import { PYTHON_TWINS } from './python-twins.ts';
import { roomAttacks } from './room-attacks.ts';
import { sightAttacks } from './sight-attacks.ts';

const attacks: readonly Attack<AgentScene>[] = [...envelopeAttacks, ...handshakeAttacks, ...roomAttacks, ...earAttacks];

/** Real LiveKit and the real agent; backend, user and SFU in the hands of the attacker. */
export const agentAttacks = attackGroup('the agent', () => AgentScene.open('node'), attacks);

/** What is made on the pictures of the agent in Node: the one in Python has neither eyes nor a picture. */
export const pictureAttacks = attackGroup('pictures', () => AgentScene.open('node'), sightAttacks);

/** The same attacks, made on the agent in Python. */
export const pythonAgentAttacks = attackGroup(
  'the agent in Python',
  () => AgentScene.open('python'),
  attacks.map(({ name, twin, ...attack }) => ({
    ...attack,
    name: `${name} (in Python)` as const,
    twin: { ...twin, patches: PYTHON_TWINS[name] ?? [] },
  })),
);

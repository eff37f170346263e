import { agentAttacks, pictureAttacks, pythonAgentAttacks } from './agent/agent-attacks.ts';
import type { AttackGroup } from './attack-group.ts';
import { browserAttacks } from './browser/browser-attacks.ts';
import { endsAttacks } from './ends/ends-attacks.ts';
import { linkAttacks } from './link/link-attacks.ts';
import { matrixAttacks } from './matrix/matrix-attacks.ts';
import { stackAttacks } from './stack/stack-attacks.ts';

/** Every attack there is. */
export const ATTACK_GROUPS: readonly AttackGroup[] = [
  stackAttacks,
  agentAttacks,
  pythonAgentAttacks,
  pictureAttacks,
  endsAttacks,
  browserAttacks,
  matrixAttacks,
  linkAttacks,
];

import { attackGroup } from '../attack-group.ts';
import { canaryAttack } from './canary-attack.ts';
import { claimAttack } from './claim-attack.ts';
import { credentialAttacks } from './credential-attacks.ts';
import { editAttacks } from './edit-attacks.ts';
import { registryAttacks } from './registry-attacks.ts';
import { ringAttacks } from './ring-attacks.ts';
import { StackAttackScene } from './stack-attack-scene.ts';

/** Real Synapse, LiveKit, resolver and backend. */
export const stackAttacks = attackGroup('the whole stack', () => StackAttackScene.open(), [
  ...credentialAttacks,
  ...editAttacks,
  ...registryAttacks,
  ...ringAttacks,
  claimAttack,
  canaryAttack,
]);

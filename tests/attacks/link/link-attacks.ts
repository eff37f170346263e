import { attackGroup } from '../attack-group.ts';
import { hearingAttacks } from './hearing-attacks.ts';
import { LinkAttackScene } from './link-attack-scene.ts';
import { networkAttacks } from './network-attacks.ts';
import { recordingAttacks } from './recording-attacks.ts';

/** Both ends of the secure link, with a network and a memory that are the attacker's. */
export const linkAttacks = attackGroup('the secure link', async () => new LinkAttackScene(), [
  ...networkAttacks,
  ...hearingAttacks,
  ...recordingAttacks,
]);

import { describeAttacks } from './describe-attacks.ts';
import { linkAttacks } from './link/link-attacks.ts';

describeAttacks(linkAttacks);

import { describeAttacks } from './describe-attacks.ts';
import { stackAttacks } from './stack/stack-attacks.ts';

describeAttacks(stackAttacks);

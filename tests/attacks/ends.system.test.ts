import { describeAttacks } from './describe-attacks.ts';
import { endsAttacks } from './ends/ends-attacks.ts';

describeAttacks(endsAttacks);

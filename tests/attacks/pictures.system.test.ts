import { describeAttacks } from './describe-attacks.ts';
import { pictureAttacks } from './agent/agent-attacks.ts';

describeAttacks(pictureAttacks);

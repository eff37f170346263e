import { describeAttacks } from './describe-attacks.ts';
import { browserAttacks } from './browser/browser-attacks.ts';

describeAttacks(browserAttacks);

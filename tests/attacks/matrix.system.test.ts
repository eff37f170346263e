import { describeAttacks } from './describe-attacks.ts';
import { matrixAttacks } from './matrix/matrix-attacks.ts';

describeAttacks(matrixAttacks);

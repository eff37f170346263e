import { describeAttacks } from './describe-attacks.ts';
import { pythonAgentAttacks } from './agent/agent-attacks.ts';

describeAttacks(pythonAgentAttacks);

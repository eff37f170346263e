import { describeAttacks } from './describe-attacks.ts';
import { agentAttacks } from './agent/agent-attacks.ts';

describeAttacks(agentAttacks);

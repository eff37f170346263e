import { describeProblem, type ConfigKind } from '@oracle-calls/oracle/configuration';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps, ReadConfig } from '../installation.ts';

function judge(kind: ConfigKind, read: ReadConfig<unknown> | undefined): Outcome {
  if (read === undefined) return skipped(`not given (--${kind} <file>)`);
  const { file, problems } = read;
  if (problems.length === 0) return ok(`${file} is complete, and the files that it names are there`);
  const list = problems.map((problem) => `\n- ${describeProblem(problem)}`).join('');
  return failed(
    `${file} cannot be used${list}`,
    'Correct these fields. The schemas in docs/config let an editor show them.',
  );
}

/** Fields that must say the same in both files, else calls of one never reach the other. */
function judgeAgreement({ backendConfig, agentConfig, oracle }: CheckDeps['installation']): Outcome {
  const [backend, agent] = [backendConfig?.config, agentConfig?.config];
  if (backend === undefined || agent === undefined) return skipped('needs both files');
  const differing = [
    ['oracleDid', oracle?.did, agent.oracleDid],
    ['agentName', oracle?.agentName, agent.agentName],
    ['sfu.apiKey', backend.sfu.apiKey, agent.sfu.apiKey],
    ['olderProtocol', backend.olderProtocol, agent.olderProtocol],
  ].flatMap(([field = '', one, other]) => (one === other ? [] : [field]));
  if (differing.length > 0) {
    const mend = 'Write the same into backend.json and agent.json: the backend calls agents by that name, on that SFU.';
    return failed(`The two files differ in ${differing.join(', ')}`, mend);
  }
  if (agent.sfu.url !== backend.sfu.url) {
    const mend =
      'This is right when the agent reaches the SFU by another address than callers do, and a mistake otherwise.';
    return warning('The two files name the SFU by different addresses (sfu.url)', mend);
  }
  return ok('backend and agent name the same oracle, agent and SFU');
}

export function configurationChecks({ installation }: CheckDeps): Check[] {
  const { backendConfig, agentConfig } = installation;
  return [
    { id: 'configuration.backend', title: 'Backend', run: async () => judge('backend', backendConfig) },
    { id: 'configuration.agent', title: 'Agent', run: async () => judge('agent', agentConfig) },
    { id: 'configuration.agreement', title: 'Agreement', run: async () => judgeAgreement(installation) },
  ];
}

import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps } from '../installation.ts';
import { KeyRefused, type SfuProbe } from '../livekit/sfu-probe.ts';
import { Unreachable } from '../network/ask.ts';
import { judgeTransport } from './certificates.ts';
import { isOlder } from './version-order.ts';

/** The version that this project is tested with; nothing is known about older ones. */
export const LIVEKIT_TESTED = '1.13';

const NOT_GIVEN = 'no SFU is given (--backend <file>, --agent <file> or --sfu-url)';

async function judgeApi(probe: SfuProbe, apiUrl: string): Promise<Outcome> {
  try {
    await probe.room();
    return ok(`${apiUrl} accepts the API key and its secret`);
  } catch (error) {
    if (error instanceof KeyRefused) {
      const mend =
        'sfu.apiKey and the content of sfu.apiSecretFile must be a pair under "keys" of the SFU’s configuration.';
      return failed(`${apiUrl} refuses the API key or its secret`, mend);
    }
    if (!(error instanceof Unreachable)) throw error;
    const mend = 'See that LiveKit runs and that sfu.apiUrl is its http address, as seen from this machine.';
    return failed(`${apiUrl} cannot be reached: ${error.message}`, mend);
  }
}

async function judgeClientUrl(probe: SfuProbe, clientUrl: string, signal: AbortSignal): Promise<Outcome> {
  try {
    await probe.facts(signal);
    return ok(`${clientUrl} lets a client in`);
  } catch (error) {
    if (error instanceof KeyRefused) {
      return failed(
        `${clientUrl} refuses a join token`,
        'See whether sfu.url and sfu.apiUrl are the same server, and its clock.',
      );
    }
    if (!(error instanceof Unreachable)) throw error;
    const mend = 'sfu.url is what callers use: see that the proxy passes WebSockets to LiveKit’s port (7880).';
    return failed(`${clientUrl} cannot be reached by clients: ${error.message}`, mend);
  }
}

async function judgeVersion(probe: SfuProbe, signal: AbortSignal): Promise<Outcome> {
  const { version } = await probe.facts(signal);
  if (version === '') return skipped('the SFU does not say its version');
  return isOlder(version, LIVEKIT_TESTED)
    ? warning(`LiveKit ${version} is older than what is tested`, `Update it to ${LIVEKIT_TESTED} or later.`)
    : ok(`LiveKit ${version}`);
}

async function judgeAgent(probe: SfuProbe, agentName: string | undefined, signal: AbortSignal): Promise<Outcome> {
  if (agentName === undefined) return skipped('the agent’s name is not known (--backend or --agent)');
  if (await probe.isAgentThere(agentName, signal)) return ok('an agent is registered and takes calls');
  const mend =
    'Start the agent, and see that agentName, sfu.url and the API key are the same in its agent.json. An agent with all its calls taken (maxCalls) does not answer either.';
  return failed('No agent answers on the SFU under the name agentName', mend);
}

export function sfuChecks({ installation, sfuProbe, clock }: CheckDeps): Check[] {
  const { sfu, sfuClientUrl, sfuProblem, agentName } = installation;
  const withProbe =
    (judge: (probe: SfuProbe, signal: AbortSignal) => Promise<Outcome>, isFirst = false): Check['run'] =>
    async (signal) => {
      if (sfuProbe === undefined) {
        if (sfuProblem === undefined) return skipped(NOT_GIVEN);
        return isFirst
          ? failed(sfuProblem, 'Make the file, owned by this user and with mode 0600.')
          : skipped(sfuProblem);
      }
      try {
        return await judge(sfuProbe, signal);
      } catch (error) {
        if (error instanceof KeyRefused) return skipped('the SFU does not accept the API key');
        if (error instanceof Unreachable) return skipped(`the SFU cannot be reached (${error.message})`);
        throw error;
      }
    };
  const clientUrl = sfuClientUrl ?? '';
  return [
    { id: 'sfu.api', title: 'SFU', run: withProbe((probe) => judgeApi(probe, sfu?.apiUrl ?? ''), true) },
    {
      id: 'sfu.client-url',
      title: 'For clients',
      run: withProbe((probe, signal) => judgeClientUrl(probe, clientUrl, signal)),
    },
    {
      id: 'sfu.tls',
      title: 'Certificate',
      run: async (signal) =>
        sfuClientUrl === undefined ? skipped(NOT_GIVEN) : judgeTransport(sfuClientUrl, clock.now(), signal),
    },
    { id: 'sfu.version', title: 'Version', run: withProbe(judgeVersion) },
    { id: 'sfu.agent', title: 'Agent', run: withProbe((probe, signal) => judgeAgent(probe, agentName, signal)) },
  ];
}

import type { BrainSettings, OracleDefinition, OracleSettings } from '@oracle-calls/agent/oracle';
import { readBearerFile } from '@oracle-calls/agent/oracle-key';
import { isOracleCallError } from '@oracle-calls/protocol';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps } from '../installation.ts';
import { Unreachable } from '../network/ask.ts';
import { askerOf, type Asked } from '../network/asker.ts';

/** A service that the oracle needs, as far as it can be asked without saying anything to it. */
interface Service {
  readonly what: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKeyFile?: string | undefined;
}

type Load = () => Promise<OracleDefinition>;

async function judgeDefinition(settings: OracleSettings | undefined, load: Load): Promise<Outcome> {
  if (settings === undefined) {
    return warning(
      'No oracle is chosen: the bare demonstration model talks',
      'Name one in agent.json, under "oracle": docs/write-an-oracle.md.',
    );
  }
  const { readDocuments } = await import('@oracle-calls/agent/oracle');
  try {
    const { brain = { kind: 'local' }, documents, tools = [] } = await load();
    const path = documents instanceof URL ? documents.pathname : documents;
    const passages = path === undefined ? [] : await readDocuments(path);
    return ok(`brain ${brain.kind}, ${tools.length} tools, ${passages.length} passages of documents`);
  } catch (error) {
    if (!isOracleCallError(error)) throw error;
    return failed(
      error.message,
      'Correct the file or the folder; "oracle-calls console --agent <file>" shows the same.',
    );
  }
}

async function judgeBrain(load: Load, now: () => number, signal: AbortSignal): Promise<Outcome> {
  const { brain = { kind: 'local' } } = await load();
  switch (brain.kind) {
    case 'local':
      return ok('it works on this machine');
    case 'own':
      return skipped('it is code of the author’s own');
    case 'webhook':
      return judgeWebhook(brain, now, signal);
    case 'chat':
    case 'realtime':
      return judgeService({ what: 'the model', ...brain }, now, signal);
    default:
      return brain satisfies never;
  }
}

/** Is anybody there? A request without a signature tells nothing, and has to be refused. */
async function judgeWebhook(
  { url, secretFile }: Extract<BrainSettings, { kind: 'webhook' }>,
  now: () => number,
  signal: AbortSignal,
): Promise<Outcome> {
  const problem = await keyProblem(secretFile, 'webhook secret');
  if (problem !== undefined) return problem;
  try {
    const { status } = await askerOf(url, now)('', signal, { method: 'POST', body: {} });
    if (status < 300)
      return warning(`${url} takes requests that nobody signed`, 'Let the service check the signature.');
    if (status >= 500) return failed(`${url} answers ${status}`, 'Look into the log of the service.');
    return ok(`${url} answers, and refuses what is not signed`);
  } catch (error) {
    return unreachable(url, error);
  }
}

async function judgeService(
  { what, baseUrl, model, apiKeyFile }: Service,
  now: () => number,
  signal: AbortSignal,
): Promise<Outcome> {
  const problem = apiKeyFile === undefined ? undefined : await keyProblem(apiKeyFile, `key of ${what}`);
  if (problem !== undefined) return problem;
  const asked: Asked =
    apiKeyFile === undefined ? {} : { token: (await readBearerFile(apiKeyFile, `key of ${what}`)).expose() };
  try {
    const { status, json } = await askerOf(baseUrl.replace(/^ws/, 'http'), now)('/models', signal, asked);
    if (status === 401 || status === 403) {
      return failed(`${baseUrl} refuses the key (${status})`, 'Put a key of this service into apiKeyFile.');
    }
    const models = namesIn(json);
    if (status !== 200 || models === undefined) {
      return warning(
        `${baseUrl} answers, and lists no models (${status})`,
        'See that this is what stands before the service’s paths, such as http://127.0.0.1:11434/v1.',
      );
    }
    if (models.includes(model)) return ok(`${baseUrl} has ${model}`);
    const some = models.slice(0, 5).join(', ');
    return failed(
      `${baseUrl} does not have ${model}${some === '' ? '' : `, but ${some}`}`,
      'Correct the name of the model.',
    );
  } catch (error) {
    return unreachable(baseUrl, error);
  }
}

function namesIn(json: unknown): string[] | undefined {
  const data: unknown = Reflect.get(Object(json), 'data');
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((entry: unknown) => {
    const id: unknown = Reflect.get(Object(entry), 'id');
    return typeof id === 'string' ? [id] : [];
  });
}

async function keyProblem(file: string, what: string): Promise<Outcome | undefined> {
  try {
    await readBearerFile(file, what);
    return undefined;
  } catch (error) {
    if (!isOracleCallError(error)) throw error;
    return failed(error.message, `Write the ${what} into ${file}, alone on its first line, with mode 0600.`);
  }
}

function unreachable(url: string, error: unknown): Outcome {
  if (!(error instanceof Unreachable)) throw error;
  return failed(
    `${url} cannot be reached: ${error.message}`,
    'See that the service runs, and that this is its address.',
  );
}

/** What the agent's oracle is, and whether what it needs is there. Its file is run, as the agent runs it. */
export function oracleChecks({ installation, clock }: CheckDeps): Check[] {
  const config = installation.agentConfig?.config;
  const settings = config?.oracle;
  const now = (): number => clock.now();
  let loading: Promise<OracleDefinition> | undefined;
  const load: Load = () =>
    (loading ??= import('@oracle-calls/agent/oracle').then(({ loadOracle }) => loadOracle(settings ?? {})));
  const withConfig =
    (judge: (signal: AbortSignal) => Promise<Outcome>): Check['run'] =>
    async (signal) =>
      config === undefined ? skipped('needs agent.json (--agent <file>)') : judge(signal);
  const ofVoice = (what: string, chosen: OracleSettings['recognition'] | OracleSettings['speech']): Check['run'] =>
    withConfig(async (signal) =>
      chosen === undefined || chosen.kind === 'local'
        ? ok('on this machine')
        : judgeService({ what, ...chosen }, now, signal),
    );
  return [
    { id: 'oracle.definition', title: 'Oracle', run: withConfig(() => judgeDefinition(settings, load)) },
    {
      id: 'oracle.brain',
      title: 'Brain',
      run: withConfig((signal) =>
        judgeBrain(load, now, signal).catch((error: unknown) => {
          if (isOracleCallError(error)) return skipped('the oracle cannot be loaded');
          throw error;
        }),
      ),
    },
    { id: 'oracle.recognition', title: 'Recognition', run: ofVoice('the recogniser', settings?.recognition) },
    { id: 'oracle.speech', title: 'Speech', run: ofVoice('the voice', settings?.speech) },
  ];
}

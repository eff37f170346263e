import { DevError } from '../process/dev-error.ts';

/** Of an agent: the worker of `apps/oracle`, or `python/examples/capitals.py` by the package in `python/`. */
export type AgentLanguage = 'node' | 'python';

/** What somebody wrote behind `option`. @throws {DevError} `ERR_DEV_STATE` for anything else */
export function agentLanguageOf(text: string, option: string): AgentLanguage {
  if (text === 'node' || text === 'python') return text;
  throw new DevError('ERR_DEV_STATE', `${option} ${text} is none; it is node or python.`);
}

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Did } from '@oracle-calls/protocol';
import type { OracleMemory, RememberedSession } from '@oracle-calls/sdk/core';
import { jsonLine, type Output } from '../terminal/output.ts';

export interface ForgetMemoryOptions {
  readonly memory: OracleMemory;
  readonly oracleDid: Did;
  /** What to forget: one session, or all when it names none. Absent, it is only looked. */
  readonly which: { readonly sessionId: string | undefined } | undefined;
  /** Where the person answers; absent when nobody is asked. */
  readonly input: Readable | undefined;
  readonly isJson: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Shows what is remembered, or has it forgotten once the person has said so. */
export async function forgetMemory(options: ForgetMemoryOptions): Promise<void> {
  const { memory, oracleDid, which, input, isJson, output, signal } = options;
  if (which === undefined) {
    const sessions = await memory.list({ oracleDid }, { signal });
    return output.out(isJson ? jsonLine({ oracleDid, sessions: sessions.map(sessionJson) }) : describe(sessions));
  }
  const { sessionId } = which;
  if (input !== undefined && !(await isAgreed(input, question(oracleDid, sessionId), output))) {
    return output.error('Nothing was forgotten.\n');
  }
  const erased = await memory.forget({ oracleDid, sessionId }, { signal });
  if (isJson) return output.out(jsonLine({ oracleDid, sessionId, forgotten: erased }));
  output.out(erased === 0 ? 'Nothing was remembered.\n' : `Forgotten: ${counted(erased)}.\n`);
}

const counted = (count: number): string => (count === 1 ? 'one session' : `${count} sessions`);

const question = (oracleDid: Did, sessionId: string | undefined): string =>
  sessionId === undefined
    ? `Have ${oracleDid} forget everything that it remembers of you, for good? y/N `
    : `Have ${oracleDid} forget session ${sessionId}, for good? y/N `;

const sessionJson = ({ sessionId, keptAt }: RememberedSession): object => ({
  sessionId,
  keptAt: new Date(keptAt).toISOString(),
});

function describe(sessions: readonly RememberedSession[]): string {
  if (sessions.length === 0) return 'This oracle remembers nothing of you.\n';
  const lines = sessions.map(({ sessionId, keptAt }) => `${new Date(keptAt).toISOString()}  ${sessionId}`);
  return `It remembers:\n${lines.join('\n')}\nForget one with --session, or all with --all.\n`;
}

/** Only a yes is one; an end of the input is a no. */
async function isAgreed(input: Readable, text: string, { error }: Output): Promise<boolean> {
  error(text);
  const lines = createInterface({ input, terminal: false });
  try {
    for await (const line of lines) return /^\s*y(?:es)?\s*$/i.test(line);
    return false;
  } finally {
    lines.close();
  }
}

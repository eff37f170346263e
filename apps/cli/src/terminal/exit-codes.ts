/** Exit codes: 2 means that the command was not understood, 1 that it was and failed. */
export const EXIT_CODES = { ok: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Thrown by a command that has already said, as its result, what failed: only the exit code is still missing. */
export class ReportedFailure extends Error {
  override readonly name = 'ReportedFailure';

  constructor() {
    super('The command has reported what failed.');
  }
}

#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { leaveProcess } from './leave-process.ts';

/** Whoever reads may stop reading (`oracle-calls audit … | head`). The command still does what it was told, and is not an error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
process.stdout.on('error', ignoreClosedPipe);
process.stderr.on('error', ignoreClosedPipe);

const exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  // Honours NO_COLOR, FORCE_COLOR and TERM.
  hasColour: process.stdout.isTTY && process.stdout.hasColors(),
  columns: process.stdout.columns,
});
await leaveProcess(exitCode);

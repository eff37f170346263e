#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { leaveProcess } from './leave-process.ts';

const exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
await leaveProcess(exitCode);

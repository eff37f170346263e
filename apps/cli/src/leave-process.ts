/**
 * Ends the process once everything that was printed has left it. Waiting for the event loop to run dry would not do: a Matrix client leaves
 * the timer of its last request behind, of more than a minute.
 */
export async function leaveProcess(exitCode: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flush));
  process.exit(exitCode);
}

/** A stream whose reader has gone has nothing left to write. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}

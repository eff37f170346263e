import * as v from 'valibot';
import { DevError } from './dev-error.ts';

/** What `parseArgs` of Node throws for an option that there is not, or that lacks its value. */
const slipSchema = v.object({ code: v.pipe(v.string(), v.startsWith('ERR_PARSE_ARGS_')), message: v.string() });

const NOT_UNDERSTOOD = 2;

/** Runs an entry point of `dev/`, whose result is the exit code. What was typed wrongly is told in a line: nobody looks for it among the lines of a program. */
export async function runMain(
  main: () => Promise<number>,
  { tell = (line) => console.error(line) }: { readonly tell?: (line: string) => void } = {},
): Promise<number> {
  try {
    return await main();
  } catch (cause) {
    const slip = v.safeParse(slipSchema, cause);
    if (slip.success) {
      // Its second sentence is about options that are file names.
      tell(`error: ${slip.output.message.replace(/\. .*/s, '')} (see --help)`);
      return NOT_UNDERSTOOD;
    }
    if (!(cause instanceof DevError)) throw cause;
    tell(`error: ${cause.message}`);
    return 1;
  }
}

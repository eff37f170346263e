import { readFile } from 'node:fs/promises';
import { runCommandLine } from '../apps/cli/src/command-line.ts';
import { flatten, readCommandTree } from '../apps/cli/src/completion/command-tree.ts';
import { createProgram } from '../apps/cli/src/program.ts';

export const CLI_README = new URL('../apps/cli/README.md', import.meta.url);

const BEGIN = '<!-- The rest is generated: npm run cli-reference -->';

async function helpOf(path: readonly string[]): Promise<string> {
  let text = '';
  await runCommandLine([...path, '--help'], { out: (more) => (text += more), error: () => undefined });
  return text.trimEnd();
}

/** The README of the command line with the help of every command behind its marker. */
export async function cliReadme(): Promise<string> {
  const [head = ''] = (await readFile(CLI_README, 'utf8')).split(BEGIN, 1);
  const nodes = flatten(readCommandTree(createProgram({ out: () => undefined, error: () => undefined })));
  const parts = await Promise.all(
    nodes.map(async ({ path }) => {
      return `### ${['oracle-calls', ...path].join(' ')}\n\n\`\`\`text\n${await helpOf(path)}\n\`\`\`\n`;
    }),
  );
  return `${head}${BEGIN}\n\n## Every command\n\n${parts.join('\n')}`;
}

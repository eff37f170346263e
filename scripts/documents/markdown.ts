import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import { lexer, walkTokens, type Token } from 'marked';

/** Every Markdown file of the project, by its path from the root. */
export async function findMarkdown(root: string): Promise<string[]> {
  const exclude = (path: string): boolean => /(^|\/)(node_modules|dist|coverage|live|\.oracle-calls)(\/|$)/.test(path);
  const files: string[] = [];
  for await (const path of glob('**/*.md', { cwd: root, exclude })) files.push(path);
  return files.toSorted();
}

export const readMarkdown = async (root: string, path: string): Promise<Markdown> =>
  parseMarkdown(await readFile(join(root, path), 'utf8'));

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Declarations that a comment `<!-- ts-context … -->` above the block makes. */
  readonly context: string;
}

export interface Markdown {
  /** Targets of links and pictures, as they are written. */
  readonly targets: readonly string[];
  /** What `#…` may lead to. */
  readonly anchors: ReadonlySet<string>;
  readonly code: readonly CodeBlock[];
}

export function parseMarkdown(text: string): Markdown {
  const targets: string[] = [];
  const anchors = new Set<string>();
  const code: CodeBlock[] = [];
  const slugger = new GithubSlugger();
  let context = '';
  const tokens = lexer(text);
  // Nothing that it calls is asynchronous.
  void walkTokens(tokens, (token: Token) => {
    switch (token.type) {
      case 'heading':
        anchors.add(slugger.slug(plainText(token.tokens ?? [])));
        break;
      case 'link':
      case 'image':
        targets.push(String(token['href']));
        break;
      case 'html':
        context = /<!-- ts-context\n([^]*?)-->/.exec(token.raw)?.[1] ?? context;
        for (const [, , target] of token.raw.matchAll(/\s(href|src|srcset)="([^"]+)"/g)) targets.push(target ?? '');
        for (const [, id] of token.raw.matchAll(/\s(?:id|name)="([^"]+)"/g)) anchors.add(id ?? '');
        break;
      case 'code':
        code.push({ language: String(token['lang'] ?? ''), text: token.text, context });
        context = '';
        break;
      default:
    }
  });
  return { targets, anchors, code };
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if ('tokens' in token && token.tokens !== undefined) return plainText(token.tokens);
      return 'text' in token ? String(token.text) : '';
    })
    .join('');
}

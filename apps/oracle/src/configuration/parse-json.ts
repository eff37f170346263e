import {
  findNodeAtLocation,
  getNodePath,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';

/** Where something stands in a file, both from 1, as editors count. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a configuration: where, in the file and in its structure, and what. Never with a value that may be secret. */
export interface ConfigProblem {
  /** Dotted, such as `sfu.url`; `(root)` for the whole file. */
  readonly path: string;
  readonly text: string;
  readonly place?: TextPlace | undefined;
}

export interface ParsedJson {
  readonly value: unknown;
  /** Where a field's value stands; `undefined` when it is not there. */
  readonly placeOf: (path: readonly (string | number)[]) => TextPlace | undefined;
}

export const ROOT_PATH = '(root)';

/** What each mistake of syntax is called; the library's own names are for programs. */
const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that JSON does not know',
  InvalidNumberFormat: 'not a number',
  PropertyNameExpected: 'the name of a field in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing',
  EndOfFileExpected: 'nothing more is expected here',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfComment: 'JSON has no comments',
  UnexpectedEndOfString: 'a closing " is missing',
  UnexpectedEndOfNumber: 'the number is not complete',
  InvalidUnicode: 'not a \\uXXXX character',
  InvalidEscapeCharacter: 'not an escape that JSON knows',
  InvalidCharacter: 'a character that may not stand here',
};

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function* duplicates(node: Node): Generator<Node> {
  const names = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [name] = child.type === 'property' ? (child.children ?? []) : [];
    if (name !== undefined && names.has(name.value)) yield name;
    names.add(name?.value);
    yield* duplicates(child);
  }
}

/** Reads strict JSON, with the place of each mistake. The library quotes nothing of the text, which may hold secrets. */
export function parseJson(text: string): ParsedJson | { readonly problems: readonly ConfigProblem[] } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  if (root === undefined || errors.length > 0) {
    // What follows the first mistake is mostly its consequence.
    const [first] = errors;
    const offset = first?.offset ?? 0;
    const what = first === undefined ? 'the file is empty' : SYNTAX[printParseErrorCode(first.error)];
    return { problems: [{ path: ROOT_PATH, text: `not JSON: ${what ?? 'a mistake'}`, place: placeAt(text, offset) }] };
  }
  const twice = [...duplicates(root)];
  if (twice.length > 0) {
    return {
      problems: twice.map((node) => ({
        path: pathText([...getNodePath(node.parent?.parent ?? root), String(node.value)]),
        text: 'stands there twice',
        place: placeAt(text, node.offset),
      })),
    };
  }
  return {
    value: JSON.parse(text) as unknown,
    placeOf: (path) => {
      const node = findNodeAtLocation(root, [...path]);
      return node === undefined ? undefined : placeAt(text, node.offset);
    },
  };
}

export const pathText = (path: readonly (string | number)[]): string =>
  path.length === 0 ? ROOT_PATH : path.join('.');

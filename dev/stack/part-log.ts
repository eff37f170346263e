import { styleText } from 'node:util';
import * as v from 'valibot';
import type { LogLine } from '../process/supervised-process.ts';

/** One stable colour per part, none of them red or yellow: those mean errors and warnings. */
const PART_COLOURS = {
  stack: 'white',
  tools: 'white',
  synapse: 'green',
  livekit: 'cyan',
  backend: 'blue',
  agent: 'magenta',
  web: 'gray',
  demo: 'white',
} as const;
export type Part = keyof typeof PART_COLOURS;

/** The longest name, so that all lines begin in the same column. */
const NAME_WIDTH = Math.max(...Object.keys(PART_COLOURS).map((name) => name.length));

/** Colour is for terminals; `NO_COLOR` (no-color.org) and `FORCE_COLOR` decide before that. */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  return forced !== undefined && forced !== '0' ? true : isTerminal;
}

export interface PartLogOptions {
  /** Gets whole lines without line break. */
  readonly write: (line: string) => void;
  readonly colour: boolean;
}

/** Prefixes every line with its part: `synapse | …`; facts logged as JSON are written for people. */
export function createPartLog({ write, colour }: PartLogOptions): (part: Part) => LogLine {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  return (part) => {
    const prefix = paint(PART_COLOURS[part], `${part.padEnd(NAME_WIDTH)} |`);
    return (line) => {
      const { level, text } = readable(line, part);
      write(`${prefix} ${level === 'error' ? paint('red', text) : level === 'warn' ? paint('yellow', text) : text}`);
    };
  };
}

const factSchema = v.looseObject({ msg: v.string(), level: v.optional(v.string()) });

interface Readable {
  readonly level: string | undefined;
  readonly text: string;
}

/** `{"at":…,"level":"info","msg":"call synced","ms":3}` → `call synced  ms=3`; anything else stays as it is. */
function readable(line: string, part: Part): Readable {
  if (!line.startsWith('{')) return { level: undefined, text: line };
  const fact = tryFact(line);
  if (fact === undefined) return { level: undefined, text: line };
  const { msg, level, at: _at, ...fields } = fact;
  // The prefix says already which part it is.
  const told = Object.entries(fields).filter(([key, value]) => !(key === 'part' && value === part));
  const rest = told.map(([key, value]) => `${key}=${showValue(value)}`);
  const tag = level === 'warn' || level === 'error' ? `${level}: ` : '';
  return { level, text: `${tag}${msg}${rest.length === 0 ? '' : `  ${rest.join(' ')}`}` };
}

function tryFact(line: string): v.InferOutput<typeof factSchema> | undefined {
  try {
    const parsed = v.safeParse(factSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function showValue(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

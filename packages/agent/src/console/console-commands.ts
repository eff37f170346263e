import type { CallContext, Turn } from '../brain/brain.ts';
import type { ToolDescription } from '../tools/tool-box.ts';

/** What a console knows, for its commands. */
export interface CommandScene {
  readonly turns: readonly Turn[];
  readonly context: CallContext;
  readonly tools: readonly ToolDescription[];
}

/** What a line that begins with `/` comes to. */
export type CommandOutcome =
  | { readonly kind: 'told'; readonly text: string }
  | { readonly kind: 'new-call' }
  | { readonly kind: 'language'; readonly language: string | undefined }
  | { readonly kind: 'quit' };

const HELP = [
  ['/new', 'hang up and call again: what was said is forgotten'],
  ['/tools', 'what the oracle can do'],
  ['/turns', 'what was said so far, as the brain gets it'],
  ['/notes', 'what the oracle has noted about the session'],
  ['/language [TAG]', 'the language that the caller wishes, such as de'],
  ['/quit', 'end, like Ctrl-D'],
] as const;

/** The command on a line; `undefined` when the line is something that is said. */
export function runCommand(line: string, scene: CommandScene): CommandOutcome | undefined {
  const [, name, argument = ''] = /^\/([a-z]+)(?:\s+(\S+))?\s*$/.exec(line.trim()) ?? [];
  if (name === undefined) return undefined;
  switch (name) {
    case 'help':
      return told(HELP.map(([command, meaning]) => `${command.padEnd(16)} ${meaning}`));
    case 'new':
      return { kind: 'new-call' };
    case 'tools':
      return told(scene.tools.map(describeTool), 'There are no tools.');
    case 'turns':
      return told(scene.turns.map(describeTurn), 'Nothing was said yet.');
    case 'notes':
      return told(describeNotes(scene.context), 'Nothing is noted.');
    case 'language':
      return { kind: 'language', language: argument === '' ? undefined : argument };
    case 'quit':
    case 'exit':
      return { kind: 'quit' };
    default:
      return told([`There is no /${name}; /help lists what there is.`]);
  }
}

const told = (lines: readonly string[], otherwise = ''): CommandOutcome => ({
  kind: 'told',
  text: (lines.length === 0 ? [otherwise] : lines).join('\n'),
});

const describeTool = ({ name, description, needsApproval }: ToolDescription): string =>
  `${name}: ${description}${needsApproval ? ' It asks you first.' : ''}`;

const describeTurn = ({ speaker, text, isInterrupted }: Turn): string =>
  `${speaker}: ${text}${isInterrupted === true ? ' — (interrupted)' : ''}`;

const describeNotes = ({ memory }: CallContext): string[] =>
  (memory?.notes.names ?? []).map((name) => `${name}: ${JSON.stringify(memory?.notes.get(name))}`);

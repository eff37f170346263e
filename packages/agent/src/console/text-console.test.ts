import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { createBrain, questionOf } from '../brain/create-brain.ts';
import { TextChannel } from '../brain/text-channel.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { createCallMemory } from '../memory/call-memory.ts';
import { defineTool } from '../tools/tool.ts';
import { ToolBox } from '../tools/tool-box.ts';
import { runTextConsole } from './text-console.ts';

const order = defineTool({
  name: 'order',
  description: 'Orders cakes.',
  parameters: v.object({}),
  needsApproval: true,
  run: () => 'ordered',
});
const box = new ToolBox([order]);

/** Orders when it is told to, waits for ever when it is told to, fails when it is told to, and else repeats. */
const brain = createBrain({
  title: 'scripted',
  place: ON_THIS_MACHINE,
  async *answer(turns, context, how = {}) {
    const question = questionOf(turns);
    if (question === 'fail') throw new RangeError('broken');
    if (question === 'language') return yield `You said ${context.language}.`;
    if (question === 'choose') {
      const choices = [
        { key: '1', label: 'Plum' },
        { key: '2', label: 'Nut' },
      ] as const;
      return yield `It is ${await context.user?.choose('Which?', choices, how)}.`;
    }
    if (question === 'offer') {
      context.user?.offer('More?', [{ key: '1', label: 'Yes' }]);
      context.user?.write('Cakes');
      return yield 'Offered.';
    }
    if (question === 'order') return yield (await box.run({ name: 'order', argumentsText: '' }, context, how)).text;
    yield `You said ${question}.`;
    if (question === 'wait') {
      await new Promise((_, reject) =>
        how.signal?.addEventListener('abort', () => reject(how.signal?.reason as Error)),
      );
    }
  },
});

it('answers line after line, empty ones excepted, and ends with the input', async () => {
  const written: string[] = [];
  const lines = new TextChannel();
  for (const line of ['a', '', 'fail', 'b']) lines.push(line);
  lines.end();
  await runTextConsole({ brain, lines, write: (text) => written.push(text), isInteractive: false });
  expect(written.join('')).toBe('You said a.\n\n[ERR_INTERNAL: broken]\nYou said b.\n');
});

it.each([
  ['y', 'ordered'],
  ['no', 'The user did not allow it. Do not try again unless the user asks for it.'],
])('takes the next line, %s, for the answer to a question about a tool', async (answer, said) => {
  for (const isInteractive of [true, false]) {
    const written: string[] = [];
    const lines = new TextChannel();
    const run = runTextConsole({ brain, lines, write: (text) => written.push(text), isInteractive });
    lines.push('order');
    await vi.waitFor(() => expect(written.join('')).toContain('[order: Orders cakes. {} Allow it? y/N] '));
    lines.push(answer);
    await vi.waitFor(() => expect(written.join('')).toContain(`${said}\n`));
    lines.end();
    await run;
  }
});

async function typed(lines: readonly string[], context = {}): Promise<string> {
  const written: string[] = [];
  const channel = new TextChannel();
  for (const line of lines) channel.push(line);
  channel.end();
  const tools = box.descriptions;
  const options = { brain, lines: channel, write: (text: string) => written.push(text), isInteractive: false, tools };
  await runTextConsole({ ...options, context: { sessionId: 's', ...context } });
  return written.join('');
}

describe('a line that begins with a slash', () => {
  it('is a command, and no turn', async () => {
    expect(await typed(['/tools', 'a', '/turns'])).toBe(
      'order: Orders cakes. It asks you first.\nYou said a.\nuser: a\noracle: You said a.\n',
    );
    expect(await typed(['a', '/new', '/turns'])).toBe('You said a.\nA new call begins.\nNothing was said yet.\n');
    expect(await typed(['/foo'])).toBe('There is no /foo; /help lists what there is.\n');
    expect(await typed(['/quit', 'a'])).toBe('');
    expect(await typed(['/help'])).toMatch(/^\/new .*\n\/tools /);
  });

  it('shows what the oracle has noted, and wishes for a language', async () => {
    const memory = createCallMemory({ notes: { name: 'Ada' } });
    expect(await typed(['/notes'], { memory })).toBe('name: "Ada"\n');
    expect(await typed(['/notes'])).toBe('Nothing is noted.\n');
    expect(await typed(['language', '/language de', 'language'])).toBe(
      'You said undefined.\nA new call begins.\nYou said de.\n',
    );
  });
});

describe('quick replies at a console', () => {
  it('are chosen by their keys or their words, whatever else is typed is no choice', async () => {
    const shown = '[Which? 1 Plum · 2 Nut]\n';
    expect(await typed(['choose', '2'])).toBe(`${shown}It is 2.\n`);
    expect(await typed(['choose', 'plum'])).toBe(`${shown}It is 1.\n`);
    expect(await typed(['choose', 'cherry'])).toBe(`${shown}It is undefined.\n`);
  });

  it('on offer become what the user says, until somebody says something else', async () => {
    expect(await typed(['offer', '1', '1'])).toBe(
      '[More? 1 Yes]\n[chat] Cakes\nOffered.\nYou said Yes.\nYou said 1.\n',
    );
  });
});

it('is interrupted by the next line when somebody sits there', async () => {
  const written: string[] = [];
  const lines = new TextChannel();
  const run = runTextConsole({ brain, lines, write: (text) => written.push(text), isInteractive: true });
  lines.push('wait');
  await vi.waitFor(() => expect(written).toContain('You said wait.'));
  lines.push('b');
  await vi.waitFor(() => expect(written).toContain('You said b.'));
  lines.end();
  await run;
  expect(written.join('')).toBe('> You said wait. —\n> You said b.\n> ');
});

import * as v from 'valibot';
import { expect, it, vi } from 'vitest';
import { createBrain, questionOf } from '../brain/create-brain.ts';
import { TextChannel } from '../brain/text-channel.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
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

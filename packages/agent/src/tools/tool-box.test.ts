import { ARGUMENTS_MAX_LENGTH } from '@oracle-calls/protocol/data-frame';
import { FakeClock } from '@oracle-calls/testing/clock';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { ApproveTool } from './approval.ts';
import { defineTool, TOOL_MAX_MS, ToolFailure } from './tool.ts';
import { APPROVAL_MAX_MS, RESULT_MAX_LENGTH, ToolBox } from './tool-box.ts';

const context = { sessionId: 's' };
const parameters = v.object({ count: v.pipe(v.number(), v.integer()) });
const tool = (run: (given: { count: number }) => unknown, needsApproval = false) =>
  defineTool({ name: 'order', description: 'Orders cakes.', parameters, needsApproval, run });
const call = (argumentsText = '{"count":2}', name = 'order') => ({ name, argumentsText });

describe('a tool', () => {
  it('is run with what its schema made of the arguments, and knows the call', async () => {
    const run = vi.fn(() => 'two cakes');
    const outcome = await new ToolBox([tool(run)]).run(call(), { sessionId: 's', userDid: 'did:key:z' });
    expect(outcome).toEqual({ text: 'two cakes', isError: false, result: 'two cakes' });
    expect(run.mock.calls[0]).toMatchObject([{ count: 2 }, { call: { sessionId: 's', userDid: 'did:key:z' } }]);
  });

  it('tells the model its result as JSON, and that there was none', async () => {
    expect((await new ToolBox([tool(() => ({ ok: true }))]).run(call(), context)).text).toBe('{"ok":true}');
    expect((await new ToolBox([tool(() => undefined)]).run(call(), context)).text).toBe('done');
  });

  it('tells no more than a model can read', async () => {
    const { text } = await new ToolBox([tool(() => 'x'.repeat(RESULT_MAX_LENGTH * 2))]).run(call(), context);
    expect(text).toBe(`${'x'.repeat(RESULT_MAX_LENGTH)}… (cut)`);
  });

  it.each([
    ['a name that no tool has', call('{}', 'drop'), 'There is no such tool.'],
    ['no JSON', call('{"count":'), 'The arguments are no JSON.'],
    ['arguments that do not fit', call('{"count":1.5}'), /^The arguments do not fit: count: /],
    ['no arguments where there must be some', call(''), /^The arguments do not fit: count: /],
  ])('is not run for %s, and the model is told why', async (_what, wanted, text) => {
    const run = vi.fn();
    const outcome = await new ToolBox([tool(run)]).run(wanted, context);
    expect(outcome.isError).toBe(true);
    expect(outcome.text).toMatch(text);
    expect(run).not.toHaveBeenCalled();
  });

  it('tells the model of its failures what it means to tell, and of others nothing', async () => {
    const failing = (cause: Error) => new ToolBox([tool(() => Promise.reject(cause))]).run(call(), context);
    expect((await failing(new ToolFailure('The baker is closed.'))).text).toBe('The baker is closed.');
    expect((await failing(new Error('password hunter2 refused'))).text).toBe('The tool failed.');
  });

  it('has so much time and no more, even when it does not listen', async () => {
    const clock = new FakeClock();
    const outcome = new ToolBox([tool(() => new Promise(() => undefined))], { clock }).run(call(), context);
    await clock.advance(TOOL_MAX_MS);
    expect(await outcome).toEqual({ text: 'The tool took too long.', isError: true });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends with the answer that wanted it', async () => {
    const abort = new AbortController();
    const box = new ToolBox([tool(() => new Promise(() => undefined))]);
    const outcome = box.run(call(), context, { signal: abort.signal });
    const reason = new Error('interrupted');
    abort.abort(reason);
    await expect(outcome).rejects.toBe(reason);
  });

  it('waits until it is known that this is what the user said', async () => {
    const run = vi.fn(() => 'done');
    const settled = Promise.withResolvers<void>();
    const outcome = new ToolBox([tool(run)]).run(call(), context, { settled: settled.promise });
    await new FakeClock().settle();
    expect(run).not.toHaveBeenCalled();
    settled.resolve();
    await outcome;
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('is never run when the user went on instead', async () => {
    const run = vi.fn();
    const abort = new AbortController();
    const settled = new Promise<void>(() => undefined);
    const outcome = new ToolBox([tool(run)]).run(call(), context, { settled, signal: abort.signal });
    abort.abort(new Error('the user goes on'));
    await expect(outcome).rejects.toThrow('the user goes on');
    expect(run).not.toHaveBeenCalled();
  });
});

describe('a tool that only looks something up', () => {
  it('runs while the user is perhaps still speaking, unless the user has to be asked', async () => {
    const settled = new Promise<void>(() => undefined);
    const approve = vi.fn(() => Promise.resolve(true));
    const lookUp = (needsApproval: boolean) => ({ ...tool(() => 'found', needsApproval), isLookup: true });
    expect(await new ToolBox([lookUp(false)]).run(call(), context, { settled })).toMatchObject({ text: 'found' });
    const clock = new FakeClock();
    const asked = new ToolBox([lookUp(true)], { clock }).run(call(), context, { settled, approve });
    await clock.advance(15_000);
    expect(await asked).toMatchObject({ text: 'The user has not finished speaking.', isError: true });
    expect(approve).not.toHaveBeenCalled();
  });
});

describe('a tool that needs approval', () => {
  it('shows the user what it would be run with, and runs after a yes', async () => {
    const run = vi.fn(() => 'ordered');
    const approve = vi.fn(() => Promise.resolve(true));
    expect((await new ToolBox([tool(run, true)]).run(call(), context, { approve })).text).toBe('ordered');
    expect(approve).toHaveBeenCalledWith(
      {
        tool: 'order',
        description: 'Orders cakes.',
        argumentsText: '{"count":2}',
        spoken: 'Please confirm on your screen.',
      },
      expect.any(AbortSignal),
    );
  });

  it('asks in its author’s words, which fit on a screen', async () => {
    const approve = vi.fn(() => Promise.resolve(true));
    const approval = { text: 'Order these cakes?', spoken: 'May I order?' };
    await new ToolBox([{ ...tool(() => 0, true), approval }]).run(call(), context, { approve });
    expect(approve).toHaveBeenCalledWith(
      { tool: 'order', description: 'Order these cakes?', argumentsText: '{"count":2}', spoken: 'May I order?' },
      expect.any(AbortSignal),
    );
    const description = 'Orders cakes. '.repeat(50);
    expect(() => new ToolBox([{ ...tool(() => 0, true), description }])).toThrow(/approval.text/);
    expect(() => new ToolBox([{ ...tool(() => 0, true), approval: { text: '' } }])).toThrow(/approval.text/);
    // Who is not asked reads nothing, and a model reads more.
    expect(new ToolBox([{ ...tool(() => 0), description }]).descriptions).toHaveLength(1);
  });

  it('runs with what was shown, defaults of its schema included, whatever became of the object meanwhile', async () => {
    const kept: { to?: string }[] = [];
    const transfer = defineTool({
      name: 'transfer',
      description: 'Transfers.',
      parameters: v.pipe(
        v.object({ to: v.string(), amount: v.optional(v.number(), 100) }),
        v.transform((given) => {
          kept.push(given);
          return given;
        }),
      ),
      needsApproval: true,
      run: (given) => given,
    });
    let shown = '';
    const approve: ApproveTool = ({ argumentsText }) => {
      shown = argumentsText;
      // Somebody holds the object that the schema made, and changes it while the user reads.
      for (const given of kept) given.to = 'mallory';
      return Promise.resolve(true);
    };
    const { result } = await new ToolBox([transfer]).run(call('{"to":"bob"}', 'transfer'), context, { approve });
    expect(shown).toBe('{"to":"bob","amount":100}');
    expect(JSON.stringify(result)).toBe(shown);
    // The twin: where nothing is shown, nobody's reading is deceived, and the object itself is taken.
    expect(kept).toEqual([{ to: 'mallory', amount: 100 }]);
  });

  it.each([
    [
      'more than text can say',
      v.pipe(
        v.object({ on: v.string() }),
        v.transform(({ on }) => ({ on: new Date(on) })),
      ),
    ],
    [
      'a number that JSON does not have',
      v.pipe(
        v.object({ on: v.string() }),
        v.transform(() => ({ on: 7n })),
      ),
    ],
  ])('asks nobody and is not run where its arguments are %s', async (_what, taken) => {
    const run = vi.fn();
    const approve = vi.fn(() => Promise.resolve(true));
    const book = { name: 'book', description: 'Books.', parameters: taken, run };
    const wanted = call('{"on":"2026-01-01"}', 'book');
    const outcome = await new ToolBox([{ ...book, needsApproval: true }]).run(wanted, context, { approve });
    expect(outcome.text).toMatch(/more than JSON can say/);
    expect([approve.mock.calls, run.mock.calls]).toEqual([[], []]);
    await new ToolBox([book]).run(wanted, context);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('asks nobody and is not run where its arguments would be shown cut', async () => {
    const run = vi.fn();
    const approve = vi.fn(() => Promise.resolve(true));
    const note = { name: 'note', description: 'Notes.', parameters: v.object({ text: v.string() }), run };
    const wanted = call(JSON.stringify({ text: 'x'.repeat(ARGUMENTS_MAX_LENGTH) }), 'note');
    const outcome = await new ToolBox([{ ...note, needsApproval: true }]).run(wanted, context, { approve });
    expect(outcome.text).toMatch(/too long to be shown/);
    expect([approve.mock.calls, run.mock.calls]).toEqual([[], []]);
  });

  it.each([
    ['after a no', () => Promise.resolve(false), /did not allow it/],
    ['when asking fails', () => Promise.reject(new Error('no screen')), /The tool failed/],
    ['where nobody can be asked', undefined, /cannot be asked/],
  ])('is not run %s, and the model is told', async (_what, approve, text) => {
    const run = vi.fn();
    const outcome = await new ToolBox([tool(run, true)]).run(call(), context, { approve });
    expect(outcome.isError).toBe(true);
    expect(outcome.wasDeclined ?? false).toBe(text.test('did not allow it'));
    expect(outcome.text).toMatch(text);
    expect(run).not.toHaveBeenCalled();
    // The twin: without the mark the same call runs.
    await new ToolBox([tool(run)]).run(call(), context, { approve });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['the turn is over', false],
    ['the user allows it', true],
  ])('is not run when nobody wants it any more in the moment in which %s', async (_what, needsApproval) => {
    const run = vi.fn();
    const box = new ToolBox([tool(run, needsApproval)]);
    const begin = () => {
      const [over, abort] = [Promise.withResolvers<void>(), new AbortController()];
      const approve = () => over.promise.then(() => true);
      const how = needsApproval ? { approve } : { settled: over.promise };
      const outcome = box.run(call(), context, { ...how, signal: abort.signal });
      outcome.catch(() => undefined);
      return { over, abort, outcome };
    };
    const reason = new Error('called off');
    const first = begin();
    await new FakeClock().settle();
    first.over.resolve();
    // As two frames of one piece are read: before anything that waited goes on.
    first.abort.abort(reason);
    await expect(first.outcome).rejects.toBe(reason);
    expect(run).not.toHaveBeenCalled();
    const twin = begin();
    twin.over.resolve();
    expect((await twin.outcome).isError).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('is not run when the user does not answer in time', async () => {
    const clock = new FakeClock();
    const run = vi.fn();
    const box = new ToolBox([tool(run, true)], { clock });
    const outcome = box.run(call(), context, { approve: () => new Promise(() => undefined) });
    await clock.advance(APPROVAL_MAX_MS);
    expect((await outcome).text).toBe('The user did not answer.');
    expect(run).not.toHaveBeenCalled();
  });
});

describe('a tool with an effect', () => {
  it('is told of before it runs, and one that looks something up is not', async () => {
    const told: string[] = [];
    const acted = (): void => void told.push('told');
    const run = (): void => void told.push('run');
    await new ToolBox([tool(run)]).run(call(), context, { acted });
    await new ToolBox([{ ...tool(run), isLookup: true }]).run(call(), context, { acted });
    expect(told).toEqual(['told', 'run', 'run']);
  });
});

describe('what tools take', () => {
  it('is told as JSON Schema', () => {
    expect(new ToolBox([tool(() => 0, true)]).descriptions).toEqual([
      {
        name: 'order',
        description: 'Orders cakes.',
        needsApproval: true,
        parameters: { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] },
      },
    ]);
  });

  /** A schema of some other library, as the specification has it. */
  const foreign = (extra: object = {}): StandardSchemaV1<{ id: string }> => ({
    '~standard': {
      version: 1,
      vendor: 'other',
      validate: (value) =>
        typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
          ? { value: { id: value.id } }
          : { issues: [{ message: 'an id is missing', path: [{ key: 'id' }] }] },
      ...extra,
    },
  });
  const other = { name: 'look', description: 'Looks.', run: () => 'seen' };

  it('may be written with any library that speaks Standard Schema and tells its JSON Schema', async () => {
    const json = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' };
    const box = new ToolBox([{ ...other, parameters: foreign({ jsonSchema: { input: () => json } }) }]);
    expect(box.descriptions[0]?.parameters).toEqual({ type: 'object' });
    expect((await box.run(call('{"id":"a"}', 'look'), context)).text).toBe('seen');
    expect((await box.run(call('{}', 'look'), context)).text).toBe('The arguments do not fit: id: an id is missing');
  });

  it('may be written with zod', async () => {
    const look = defineTool({
      name: 'look',
      description: 'Looks.',
      parameters: z.object({ place: z.string(), often: z.number().optional() }),
      run: ({ place, often = 1 }) => `${place} ${often}`,
    });
    const box = new ToolBox([look]);
    expect(box.descriptions[0]?.parameters).toMatchObject({
      type: 'object',
      properties: { place: { type: 'string' }, often: { type: 'number' } },
      required: ['place'],
    });
    expect((await box.run(call('{"place":"here"}', 'look'), context)).text).toBe('here 1');
    expect((await box.run(call('{"place":7}', 'look'), context)).text).toMatch(/^The arguments do not fit: place: /);
  });

  it('is the author’s to write down where the library cannot', () => {
    expect(() => new ToolBox([{ ...other, parameters: foreign() }])).toThrow(/parametersJson/);
    const box = new ToolBox([{ ...other, parameters: foreign(), parametersJson: { type: 'object' } }]);
    expect(box.descriptions[0]?.parameters).toEqual({ type: 'object' });
  });

  it('is an object, under a name of its own', () => {
    expect(() => new ToolBox([{ ...other, parameters: v.string() }])).toThrow(/object/);
    expect(() => new ToolBox([tool(() => 0), tool(() => 0)])).toThrow(/same name/);
    expect(() => defineTool({ ...other, name: 'look up', parameters })).toThrow(/letters/);
  });
});

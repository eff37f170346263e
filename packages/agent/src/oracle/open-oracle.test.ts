import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsEmbedder } from '@oracle-calls/testing/conversation';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Brain, Turn } from '../brain/brain.ts';
import { createBrain } from '../brain/create-brain.ts';
import { ON_THIS_MACHINE, placeOf } from '@oracle-calls/protocol/hearing';
import { event, ScriptedService, stream } from '../hosted/scripted-service.fixture.ts';
import { createCallMemory } from '../memory/call-memory.ts';
import { defineTool } from '../tools/tool.ts';
import { brainSettingsSchema } from './brain-settings.ts';
import { defineOracle } from './define-oracle.ts';
import type { BrainKit, OracleDefinition } from './define-oracle.ts';
import { hearingOf } from './hearing-of.ts';
import { loadOracle } from './load-oracle.ts';
import { openOracle } from './open-oracle.ts';
import { openChosenRecogniser, openChosenSynthesiser } from './open-voices.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-oracle-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const closed = vi.fn(() => Promise.resolve());
const talker = (): Brain =>
  createBrain({
    title: 'talker',
    place: ON_THIS_MACHINE,
    close: closed,
    async *answer() {
      await Promise.resolve();
      yield 'Hello.';
    },
  });
const open = (definition: Partial<OracleDefinition>): Promise<Brain> =>
  openOracle(
    { instructions: 'You are Ada.', ...definition },
    {
      weightsDir: folder,
      openTalker: () => Promise.resolve(talker()),
      openEmbedder: () => Promise.resolve(wordsEmbedder()),
    },
  );
const ask = async (brain: Brain, turns: readonly Turn[] = [{ speaker: 'user', text: 'cats' }]) => {
  let said = '';
  for await (const piece of brain.answer(turns, { sessionId: 's' })) said += piece;
  return said;
};
const invalid = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' });

describe('an oracle', () => {
  it('of which nothing is said talks with the local models, and lets go of them', async () => {
    closed.mockClear();
    const brain = await open({});
    expect([brain.title, await ask(brain)]).toEqual(['talker', 'Hello.']);
    await brain.close();
    expect(closed).toHaveBeenCalledTimes(1);
  });

  it('with documents answers from them', async () => {
    await writeFile(join(folder, 'pets.md'), '# cats\n\ncats');
    await using brain = await open({ documents: folder });
    expect(await ask(brain)).toBe('cats');
  });

  it('behind a chat endpoint has its key from a file, and its tools and call along', async () => {
    await using service = await ScriptedService.open(
      stream(event({ choices: [{ delta: { content: 'Hi.' }, finish_reason: 'stop' }] })),
    );
    const apiKeyFile = join(folder, 'key');
    await writeFile(apiKeyFile, 'sk-secret\n');
    const look = defineTool({ name: 'look', description: 'Looks.', parameters: v.object({}), run: () => 'seen' });
    const choice = v.parse(brainSettingsSchema, { kind: 'chat', baseUrl: service.url, model: 'm', apiKeyFile });
    await using brain = await open({ brain: choice, tools: [look], onCall: () => ({ instructions: 'It is Monday.' }) });
    expect(await ask(brain)).toBe('Hi.');
    expect(service.requests[0]?.headers.authorization).toBe('Bearer sk-secret');
    expect(JSON.stringify(service.bodies[0])).toMatch(/You are Ada\.\\n\\nIt is Monday\.[^]*"name":"look"/);
  });

  it('that cannot have its key does not start', async () => {
    const choice = { kind: 'chat', baseUrl: 'http://127.0.0.1', model: 'm', apiKeyFile: join(folder, 'none') } as const;
    await expect(open({ brain: choice })).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
  });

  it('may have a brain of its author’s, made of its parts', async () => {
    const make = (kit: BrainKit): Brain =>
      createBrain({
        title: 'own',
        place: ON_THIS_MACHINE,
        async *answer(_turns, context) {
          await Promise.resolve();
          yield kit.instructionsFor(context);
        },
      });
    await using brain = await open({ brain: { kind: 'own', place: ON_THIS_MACHINE, open: make } });
    expect(await ask(brain)).toBe('You are Ada.');
    // What callers are told beforehand has to be true.
    const elsewhere = placeOf('https://a.example', ['text']);
    await expect(open({ brain: { kind: 'own', place: elsewhere, open: make } })).rejects.toEqual(invalid);
  });

  it('that talks with local models says itself what was asked in earlier calls; another is given it and answers', async () => {
    const question: Turn[] = [{ speaker: 'user', text: 'What did I ask last time?' }];
    const memory = createCallMemory({ turns: [{ speaker: 'user', text: 'When is breakfast?', at: 1 }] });
    const asked = async (brain: Brain): Promise<string> => {
      let said = '';
      for await (const piece of brain.answer(question, { sessionId: 's', memory })) said += piece;
      return said;
    };
    await using local = await open({});
    expect(await asked(local)).toBe('Last time you said: “When is breakfast?”');
    const make = (): Brain =>
      createBrain({
        title: 'own',
        place: ON_THIS_MACHINE,
        async *answer(_turns, context) {
          await Promise.resolve();
          yield `${context.memory?.turns.length}`;
        },
      });
    await using own = await open({ brain: { kind: 'own', place: ON_THIS_MACHINE, open: make } });
    expect(await asked(own)).toBe('1');
  });

  it('says the comparison code itself, whatever its brain: nobody else is asked, and nobody is told', async () => {
    const answer = vi.fn();
    const make = (): Brain => createBrain({ title: 'own', place: ON_THIS_MACHINE, answer });
    await using brain = await open({ brain: { kind: 'own', place: ON_THIS_MACHINE, open: make } });
    const question: Turn[] = [{ speaker: 'user', text: 'What is the comparison code?' }];
    let said = '';
    for await (const piece of brain.answer(question, { sessionId: 's', comparisonCode: '1234567890' })) said += piece;
    expect(said).toMatch(/^The comparison code is one, two/);
    expect(answer).not.toHaveBeenCalled();
  });

  it('is told of each call once, however often its first answer is begun', async () => {
    const onCall = vi.fn(() => undefined);
    await using brain = await open({ onCall });
    const say = async (conversationId: string, sessionId = 's'): Promise<void> => {
      const turns: Turn[] = [{ speaker: 'user', text: 'a' }];
      for await (const _ of brain.answer(turns, { sessionId, conversationId })) continue;
    };
    await Promise.all([say('one'), say('one'), say('one')]);
    expect(onCall).toHaveBeenCalledTimes(1);
    await say('two');
    expect(onCall).toHaveBeenCalledTimes(2);
  });

  it('that cannot begin a call says so, and is asked again', async () => {
    const onCall = vi.fn<() => undefined>().mockImplementationOnce(() => {
      throw new RangeError('no such customer');
    });
    await using brain = await open({ onCall });
    await expect(ask(brain)).rejects.toThrow('no such customer');
    expect(await ask(brain)).toBe('Hello.');
  });
});

describe('the settings of an oracle', () => {
  it('may name a file of the author’s', async () => {
    const definitionFile = join(folder, 'oracle.mjs');
    await writeFile(definitionFile, 'export const oracle = { instructions: "From the file." };');
    expect(await loadOracle({ definitionFile })).toEqual({ instructions: 'From the file.' });
  });

  it.each([
    ['is not there', undefined, {}],
    ['exports no oracle', 'export const other = 1;', {}],
    ['is not the only word on it', 'export const oracle = { instructions: "" };', { instructions: 'x' }],
  ])('are refused when that file %s', async (_what, text, more) => {
    const definitionFile = join(folder, 'oracle.mjs');
    if (text !== undefined) await writeFile(definitionFile, text);
    await expect(loadOracle({ definitionFile, ...more })).rejects.toEqual(invalid);
  });

  it('may say everything themselves, or nothing', async () => {
    const brain = { kind: 'local' } as const;
    expect(await loadOracle({ instructions: 'x', documentsDir: 'd', brain })).toEqual(
      defineOracle({ instructions: 'x', documents: 'd', brain }),
    );
    expect((await loadOracle({})).instructions).not.toBe('');
  });

  it('choose who hears and who speaks, with a voice', async () => {
    const local = { weightsDir: folder };
    const endpoint = { kind: 'endpoint', baseUrl: 'https://voice.example/v1', model: 'm' } as const;
    const sampleRate = 48_000;
    await using recogniser = await openChosenRecogniser(endpoint, local);
    await using synthesiser = await openChosenSynthesiser(endpoint, { voice: 'ada', sampleRate }, local);
    expect([typeof recogniser.transcribe, synthesiser.sampleRate]).toEqual(['function', 48_000]);
    await expect(openChosenSynthesiser(endpoint, { voice: undefined, sampleRate }, local)).rejects.toEqual(invalid);
  });
});

describe('who hears the calls of an oracle', () => {
  const url = 'https://a.example/v1';
  const voice = { kind: 'endpoint', baseUrl: url, model: 'm' } as const;
  const own = { where: 'sent-to', host: 'own.example', what: ['text'] } as const;
  const here = ON_THIS_MACHINE;
  const there = (what: 'audio' | 'text') => ({ where: 'sent-to', host: 'a.example', what: [what] });

  it.each([
    ['nothing chosen', {}, undefined, [here, here, here]],
    [
      'everything local',
      { recognition: { kind: 'local' }, speech: { kind: 'local' } },
      { kind: 'local' },
      [here, here, here],
    ],
    ['voices elsewhere', { recognition: voice, speech: voice }, undefined, [there('audio'), here, there('text')]],
    ['a chat endpoint', {}, { kind: 'chat', baseUrl: url, model: 'm' }, [here, there('text'), here]],
    [
      'a chat endpoint on this machine',
      {},
      { kind: 'chat', baseUrl: 'http://[::1]:1/v1', model: 'm' },
      [here, here, here],
    ],
    [
      'a proxy on this machine',
      {},
      { kind: 'chat', baseUrl: 'http://[::1]:1', model: 'm', place: own },
      [here, own, here],
    ],
    ['a webhook', {}, { kind: 'webhook', url, secretFile: 's' }, [here, there('text'), here]],
  ] as const)('is known beforehand with %s', (_what, settings, brain, [recognition, languageModel, speech]) => {
    expect(hearingOf(settings, { brain })).toEqual({ recognition, languageModel, speech, remembers: false });
  });

  it('is for a realtime model one and the same throughout', async () => {
    const brain = { kind: 'realtime', baseUrl: url, model: 'm' } as const;
    const place = { where: 'sent-to', host: 'a.example', what: ['audio', 'text'] };
    const settings = { recognition: voice, speech: voice };
    expect(hearingOf(settings, { brain })).toMatchObject({ recognition: place, languageModel: place, speech: place });
    await expect(open({ brain })).rejects.toEqual(invalid);
  });

  it('is for a brain of the author’s what the author says', () => {
    const brain = { kind: 'own', place: own, open: talker } as const;
    expect(hearingOf({}, { brain }).languageModel).toEqual(own);
    // Remembering is the author's choice, and the operator's before it.
    expect(hearingOf({}, { brain, memory: { days: 7 } }).remembers).toBe(true);
    expect(hearingOf({ memory: false }, { brain, memory: true }).remembers).toBe(false);
    expect(hearingOf({ memory: true }, { brain }).remembers).toBe(true);
    expect(() => hearingOf({}, { memory: { days: 0 } })).toThrow(invalid);
  });
});

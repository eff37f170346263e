import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { utterancesOf } from '@oracle-calls/node-media/pcm';
import { parseCallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecording } from '../../benchmarks/conversation/recordings/recording.ts';
import { recordingNamed } from '../../benchmarks/conversation/recordings/spoken-set.ts';
import { comparedWords } from '../../benchmarks/conversation/word-errors.ts';
import { EARS_SAMPLE_RATE } from '../../dev/caller/page-ears.ts';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { ENVIRONMENT } from './conversation/concierge-oracle.ts';
import { jsonLines } from './conversation/json-lines.ts';
import { StackScene } from './stack-scene.ts';

/*
 * A spoken conversation from end to end: a person's recorded voice goes into the page of a real stack, and what the page plays is listened to
 * again. Nothing here is about how fast it is: `npm run bench:conversation` measures. The limits only catch what hangs.
 */

const ORACLE = fileURLToPath(new URL('conversation/concierge-oracle.ts', import.meta.url));
const WAIT_MS = 60_000;
/** How long an answer has to be heard to be under way, in ms: more than a word, less than a sentence. */
const UNDER_WAY_MS = 1_200;

let scene: StackScene;
let scratch: string;
let files: { readonly taxis: string; readonly turns: string };
/** The call that is being held. */
let callId: string;

beforeAll(async () => {
  const { weightsDir } = await ensureToolchain();
  scratch = await mkdtemp(join(tmpdir(), 'oracle-calls-conversation-'));
  files = { taxis: join(scratch, 'taxis.jsonl'), turns: join(scratch, 'turns.jsonl') };
  const environment = {
    ...process.env,
    [ENVIRONMENT.weightsDir]: weightsDir,
    [ENVIRONMENT.taxisFile]: files.taxis,
    [ENVIRONMENT.turnsFile]: files.turns,
  };
  scene = await StackScene.open({ oracle: { definitionFile: ORACLE }, environment: () => environment });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

const say = async (caller: ScriptedCaller, name: string): Promise<number> =>
  caller.speak(await readRecording(recordingNamed(name)));

/** What a recogniser makes of everything that the page has played since then. */
async function heardSince(caller: ScriptedCaller, sinceMs: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const utterance of utterancesOf(await caller.heardSince(sinceMs), EARS_SAMPLE_RATE)) {
    texts.push(await scene.recognise(utterance));
  }
  return comparedWords(texts.join(' '));
}

/** Listens until the agent's answer is over, and has been heard: on a busy machine there are holes in it that are longer than between sentences. */
async function answerSince(caller: ScriptedCaller, sinceMs: number, turnsBefore: number): Promise<readonly string[]> {
  await expect.poll(() => outcomes().length, { timeout: 2 * WAIT_MS }).toBeGreaterThan(turnsBefore);
  await caller.untilOracleQuiet(sinceMs, 2_000, WAIT_MS);
  return heardSince(caller, sinceMs);
}

async function ask(caller: ScriptedCaller, name: string): Promise<readonly string[]> {
  const turnsBefore = outcomes().length;
  return answerSince(caller, await say(caller, name), turnsBefore);
}

/**
 * Which part of these words is among those that were heard, 0 to 1. The oracle's voice went through two codecs and a busy machine, and the recogniser that listens to it
 * takes a word for another now and then: most of a sentence says that it was said, one word does not.
 */
const shareHeard = (heard: readonly string[], sentence: string): number => {
  const words = comparedWords(sentence);
  return words.filter((word) => heard.includes(word)).length / words.length;
};

function expectHeard(heard: readonly string[], sentence: string): void {
  expect(shareHeard(heard, sentence), `“${sentence}” in “${heard.join(' ')}”`).toBeGreaterThan(0.6);
}

/** Captions as the page has them, for a line each. */
async function shownTo(caller: ScriptedCaller): Promise<string> {
  const { captions } = await caller.snapshot();
  return captions.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');
}

/** How turns of the call went on that are over, by the agent's log. */
const outcomes = (): readonly unknown[] =>
  scene.facts.all('turn over').flatMap((fact) => (fact.callId === callId ? [fact['outcome']] : []));

const interruptedTurns = async (): Promise<readonly unknown[]> => {
  const asked = await jsonLines(files.turns);
  return [asked.at(-1)].flat().filter((turn) => Reflect.get(Object(turn), 'isInterrupted') === true);
};

describe('a person talks to an oracle', () => {
  test('asks, listens, interrupts, and has something done', { timeout: 400_000 }, async () => {
    await using caller = await scene.caller();
    await caller.call();
    await caller.untilAudible();
    await caller.untilOracleQuiet(0, 800, WAIT_MS);
    callId = parseCallId((await caller.snapshot()).callId);
    const taxisBefore = (await jsonLines(files.taxis)).length;

    // The first question.
    expectHeard(await ask(caller, 'breakfast'), 'Breakfast is served from seven until ten in the conservatory.');

    // The second is answered at length. Somebody who listens and says so does not stop it.
    const aboutMs = await say(caller, 'about');
    await caller.untilHeardFor(aboutMs, UNDER_WAY_MS, WAIT_MS);
    const listenedMs = await say(caller, 'okay');
    await caller.untilHeardFor(listenedMs, 2 * UNDER_WAY_MS, WAIT_MS);
    expect(outcomes(), `${await shownTo(caller)}\n${scene.tail()}`).not.toContain('interrupted');

    // Somebody who wants it to stop does.
    const stoppedMs = await say(caller, 'stop');
    await expect.poll(outcomes, { timeout: WAIT_MS }).toContain('interrupted');
    const told = await heardSince(caller, aboutMs);
    // Its last words.
    expect(told).not.toContain('sledge');
    await caller.untilOracleQuiet(stoppedMs - UNDER_WAY_MS, 2_000, WAIT_MS);

    // The third has an effect, so the person is asked on the screen, and the effect is there when they have agreed and not before.
    const turnsBefore = outcomes().length;
    const orderedMs = await say(caller, 'order-taxi');
    expect((await caller.untilAsked(WAIT_MS)).toLowerCase()).toContain('station');
    expect(await jsonLines(files.taxis)).toHaveLength(taxisBefore);
    await caller.answerQuestion('allow', WAIT_MS);
    await expect.poll(() => jsonLines(files.taxis), { timeout: WAIT_MS }).toHaveLength(taxisBefore + 1);
    const taxi = (await jsonLines(files.taxis)).at(-1);
    expect(String(Reflect.get(Object(taxi), 'place')).toLowerCase()).toContain('station');
    expectHeard(await answerSince(caller, orderedMs, turnsBefore), 'Your taxi to the station is on its way.');

    // And another that the documents answer. The brain knows by now what was heard of the answer that was interrupted.
    expectHeard(await ask(caller, 'dog'), 'One dog may stay in each of the two garden rooms.');
    const [interrupted, ...more] = await interruptedTurns();
    expect(more).toEqual([]);
    const remembered = String(Reflect.get(Object(interrupted), 'text'));
    expect(remembered).toContain('old farm');
    expect(remembered).not.toContain('sledge');
    expectHeard(told, remembered);

    expect((await shownTo(caller)).toLowerCase()).toContain('user: what time is breakfast');
    expect(await caller.settledStatistics()).toMatchObject({ encrypted: true });
    await caller.hangUp();
    expect(await caller.snapshot()).toMatchObject({ callStatus: 'ended', endReason: 'hangup' });
  });
});

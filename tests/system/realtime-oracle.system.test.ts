import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecogniser, openSynthesiser, RECOGNISER_SAMPLE_RATE } from '@oracle-calls/agent/speech';
import type { Recogniser, Synthesiser } from '@oracle-calls/agent/speech';
import { utterancesOf } from '@oracle-calls/node-media/pcm';
import { callIdParts, parseCallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { comparedWords } from '../../benchmarks/conversation/word-errors.ts';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { agentTurns } from '../../dev/demo/agent-turns.ts';
import { writePrivate } from '../../dev/process/private-file.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { jsonLines } from './conversation/json-lines.ts';
import type { SpokenItem } from './realtime/conversation-items.ts';
import { BREAKFAST, HISTORY, houseModel, THERMOMETER } from './realtime/house-model.ts';
import { HOUSE_ENVIRONMENT, HOUSE_HOST, HOUSE_MODEL } from './realtime/house-environment.ts';
import { RealtimeModelServer } from './realtime/realtime-model-server.ts';
import type { RealtimeSession } from './realtime/realtime-session.ts';
import { MODEL_SAMPLE_RATE } from './realtime/speech-detector.ts';
import { StackScene } from './stack-scene.ts';
import { observeRoom } from './turns/sfu-observer.ts';

/*
 * A call with an oracle that is a realtime model, on the real stack. The model's server is the test's own; it keeps to OpenAI's protocol, hears the sound that came
 * through the encrypted call, and speaks. Nothing here is about how fast it is: the limits only catch what hangs.
 */

const ORACLE = fileURLToPath(new URL('realtime/house-oracle.ts', import.meta.url));
const KEY = 'sk-house';
const WAIT_MS = 60_000;
/** How long an answer has to be heard to be under way, in ms: more than a word, less than what is said of the house. */
const UNDER_WAY_MS = 2_000;
/** Silence in which an answer has ended, in ms; between sentences it is shorter. */
const QUIET_MS = 1_500;

let recogniser: Recogniser;
let synthesiser: Synthesiser;
let server: RealtimeModelServer;
let scene: StackScene;
let readingsFile: string;
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  const { weightsDir } = await ensureToolchain();
  if (weightsDir === undefined) throw new Error('The tools are not complete.');
  const scratch = await mkdtemp(join(tmpdir(), 'oracle-calls-realtime-'));
  opened.defer(() => rm(scratch, { recursive: true, force: true }));
  recogniser = opened.use(await openRecogniser({ weightsDir }));
  synthesiser = opened.use(await openSynthesiser({ weightsDir, sampleRate: MODEL_SAMPLE_RATE }));
  const model = { model: houseModel, modelName: HOUSE_MODEL, key: KEY };
  server = opened.use(await RealtimeModelServer.open({ ...model, recogniser, synthesiser }));
  const apiKeyFile = join(scratch, 'realtime.key');
  await writePrivate(apiKeyFile, KEY);
  readingsFile = join(scratch, 'readings.jsonl');
  const environment = {
    ...process.env,
    [HOUSE_ENVIRONMENT.baseUrl]: server.baseUrl,
    [HOUSE_ENVIRONMENT.apiKeyFile]: apiKeyFile,
    [HOUSE_ENVIRONMENT.readingsFile]: readingsFile,
  };
  scene = opened.use(await StackScene.open({ oracle: { definitionFile: ORACLE }, environment: () => environment }));
});

afterAll(() => opened.disposeAsync());

/** Says this aloud; the page's time at its end. */
async function say(caller: ScriptedCaller, text: string): Promise<number> {
  return caller.speak({ samples: await synthesiser.synthesise(text), sampleRate: MODEL_SAMPLE_RATE });
}

/** What a recogniser makes of everything that the page has played since then. */
async function heardSince(caller: ScriptedCaller, sinceMs: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const utterance of utterancesOf(await caller.heardSince(sinceMs), RECOGNISER_SAMPLE_RATE)) {
    texts.push((await recogniser.transcribe(utterance)).text);
  }
  return comparedWords(texts.join(' '));
}

/** The sound went through two codecs and a busy machine: most of a sentence says that it was said, one word does not. */
function expectHeard(heard: readonly string[], sentence: string): void {
  const words = comparedWords(sentence);
  const share = words.filter((word) => heard.includes(word)).length / words.length;
  expect(share, `“${sentence}” in “${heard.join(' ')}”\n${scene.tail()}`).toBeGreaterThan(0.6);
}

async function captionsOf(caller: ScriptedCaller): Promise<readonly string[]> {
  const { captions } = await caller.snapshot();
  return captions.map(({ speaker, text }) => `${speaker}: ${text}`);
}

const isCut = ({ truncated }: SpokenItem): boolean => truncated !== undefined;

function theSession(): RealtimeSession {
  const [session, ...more] = server.sessions;
  if (session === undefined || more.length > 0) throw new Error(`There are ${server.sessions.length} sessions.`);
  return session;
}

describe('a person talks to a realtime model', () => {
  test('asks, interrupts, and has a tool used', { timeout: 300_000 }, async () => {
    await using caller = await scene.caller();
    await caller.call();
    await caller.untilAudible();
    const callId = parseCallId((await caller.snapshot()).callId);
    const { sfuRoomName } = callIdParts(callId);
    await using observer = await observeRoom({ sfu: scene.stack.sfu, sfuRoomName });
    const turns = () => agentTurns(scene.facts, callId);
    const untilTurns = (count: number) =>
      expect.poll(() => turns().length, { timeout: WAIT_MS, message: `turn ${count}` }).toBe(count);
    onTestFailed(() => {
      const sessions = server.sessions.map(({ items, complaints }) => ({ items, complaints }));
      process.stderr.write(`${JSON.stringify(sessions)}\n${scene.tail()}\n`);
    });

    // Who hears it was told before anything was said.
    const note = caller.page.getByRole('note', { name: 'Who hears this call' });
    expect(await note.innerText()).toContain(HOUSE_HOST);
    const { security } = await caller.snapshot();
    const sentTo = { where: 'sent-to', host: HOUSE_HOST, what: ['audio', 'text'] };
    expect(security?.hearing).toMatchObject({ recognition: sentTo, languageModel: sentTo, speech: sentTo });

    const askedMs = await say(caller, 'What time is breakfast served?');
    await untilTurns(1);
    await caller.untilOracleQuiet(askedMs, QUIET_MS, WAIT_MS);
    expectHeard(await heardSince(caller, askedMs), BREAKFAST);
    // Both sides are written down: as the model's server wrote down the one, and as it said the other.
    const [question] = theSession().items;
    const written = [`user: ${question?.kind === 'user' ? question.text : ''}`, `oracle: ${BREAKFAST}`];
    await expect.poll(() => captionsOf(caller), { timeout: WAIT_MS }).toEqual(written);

    // An answer that nobody wants to hear to its end.
    const historyMs = await say(caller, 'Please tell me the history of this house.');
    await caller.untilHeardFor(historyMs, UNDER_WAY_MS, WAIT_MS);
    const stopMs = await say(caller, 'Stop, please.');
    await untilTurns(3);
    await caller.untilOracleQuiet(stopMs, QUIET_MS, WAIT_MS);
    const told = await heardSince(caller, historyMs);
    expectHeard(told, HISTORY[0]);
    expect(told).not.toContain('shutters');
    // The model was told how much of it was heard: no more than there was time for, and about what the page had played.
    const [cut, ...others] = theSession()
      .items.flatMap((item) => (item.kind === 'oracle' ? [item] : []))
      .filter(isCut);
    expect(others).toEqual([]);
    const { audioEndMs = 0, at = 0 } = cut?.truncated ?? {};
    expect(audioEndMs).toBeGreaterThan(UNDER_WAY_MS / 2);
    expect(audioEndMs).toBeLessThanOrEqual(at - (cut?.soundsSince ?? at));

    const lakeMs = await say(caller, 'How warm is the lake today?');
    await untilTurns(4);
    await caller.untilOracleQuiet(lakeMs, QUIET_MS, WAIT_MS);
    expectHeard(await heardSince(caller, lakeMs), `${THERMOMETER} seventeen degrees`);
    expect(await jsonLines(readingsFile)).toEqual([{ place: 'lake' }]);

    expect(turns().map(({ turn, outcome }) => [turn, outcome])).toEqual([
      [1, 'answered'],
      [2, 'interrupted'],
      [3, 'answered'],
      [4, 'answered'],
    ]);
    for (const { firstTokenMs = 0, firstAudioMs = 0, recognisedMs } of turns()) {
      expect(firstTokenMs).toBeGreaterThan(0);
      expect(firstAudioMs).toBeGreaterThanOrEqual(firstTokenMs);
      expect(recognisedMs).toBeUndefined();
    }
    // By the page's clock, which is the same: the best of four says that no turn begins where the silence was noticed.
    const originMs = await caller.page.evaluate(() => performance.timeOrigin);
    const pageStops = [askedMs, historyMs, stopMs, lakeMs].map((ms) => originMs + ms);
    const behindMs = turns().map(({ userStoppedAt }, i) => Date.parse(userStoppedAt) - (pageStops[i] ?? 0));
    expect(Math.min(...behindMs)).toBeLessThan(300);
    expect(Math.min(...behindMs)).toBeGreaterThan(-1_000);
    const { interruptedMs = 0, silencedMs = 0 } = turns()[1] ?? {};
    expect(silencedMs).toBeGreaterThan(interruptedMs);

    // To give up what has just ended is no fault of a client's.
    expect(theSession().complaints.filter((code) => code !== 'response_cancel_not_active')).toEqual([]);
    expect(observer.seen).toEqual([]);
    expect(await caller.settledStatistics()).toMatchObject({ encrypted: true });
    await caller.hangUp();
    expect(await caller.snapshot()).toMatchObject({ callStatus: 'ended', endReason: 'hangup' });
  });
});

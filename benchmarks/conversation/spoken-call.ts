import { parseCallId, systemClock } from '@oracle-calls/protocol';
import { playoutMs } from '@oracle-calls/node-media/pcm';
import type { Stretch } from '../../dev/caller/page-ears.ts';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { agentTurns } from '../../dev/demo/agent-turns.ts';
import type { AgentTurn } from '../../dev/demo/agent-turns.ts';
import type { CallFacts } from '../../dev/demo/call-facts.ts';
import { joinTurn, turnHeard } from './turn-timeline.ts';
import type { TurnTimeline } from './turn-timeline.ts';
import { readRecording } from './recordings/recording.ts';
import type { Recording } from './recordings/recording.ts';
import { recordingNamed } from './recordings/spoken-set.ts';

/** Silence after which an answer is over, in ms: longer than any between two sentences. */
const ANSWER_OVER_MS = 1_300;
/** A question that is not answered by then is not answered, in ms. */
const ANSWER_BEGINS_MAX_MS = 12_000;
/** The longest answer is shorter, in ms. */
const ANSWER_MAX_MS = 90_000;
/** Longer silences than this are not between two words, nor between two sentences of the voice, in ms. */
const PAUSE_MS = 300;
/** How long an answer has been heard before something is said into it, in ms. */
const INTO_ANSWER_MS = 1_500;
/** So long after something was said into an answer it shows whether that goes on, in ms; on a busy machine later. */
const JUDGED_AFTER_MS = 3_000;
const JUDGED_MAX_MS = 9_000;
/** So long after the first sound the agent may still have held its answer for it, in ms. */
const HELD_AFTER_MS = 500;
/** The agent tells of a turn when its answer is over; then it is a moment until the line is here, in ms. */
const LOG_MAX_MS = 3_000;
const POLL_MS = 50;
/** A greeting, if there is one, is over, in ms. */
const GREETING_SILENCE_MS = 800;
const GREETING_MAX_MS = 20_000;

/** What became of a question. */
export interface AskedQuestion {
  readonly recording: Recording;
  /** `undefined` when nothing was heard. */
  readonly timeline: TurnTimeline | undefined;
  /** The user's words as the oracle's end has them. */
  readonly recognised: string;
  /** 16 kHz of what the page played from the question's end on. */
  readonly answer: Float32Array;
  /** The oracle took a pause in the question for its end. */
  readonly wasCutInto: boolean;
}

/** What became of something that was said into an answer. All in ms. */
export interface SaidInto {
  readonly recording: Recording;
  /** Whether the answer was given up. */
  readonly hasEnded: boolean;
  /** From the first sound of it to the last of the oracle, at the page; `undefined` when the oracle did not fall silent. */
  readonly silentMs: number | undefined;
  /** The same at the agent, from where it has the beginning of the speech. */
  readonly agentSilentMs: number | undefined;
  /** From its last sound to the oracle's next; `undefined` when the oracle did not fall silent, or not only for a while. */
  readonly resumedMs: number | undefined;
}

/** One call, in which recordings are played to the oracle. */
export class SpokenCall {
  readonly callId: string;
  readonly #caller: ScriptedCaller;
  readonly #facts: CallFacts;
  /** Epoch ms of the page's `performance.now()` 0. */
  readonly #originMs: number;
  #wasInterrupted = false;

  private constructor(caller: ScriptedCaller, facts: CallFacts, callId: string, originMs: number) {
    this.#caller = caller;
    this.#facts = facts;
    this.callId = callId;
    this.#originMs = originMs;
  }

  /** Calls, and waits until the oracle's greeting is over. */
  static async place(caller: ScriptedCaller, facts: CallFacts): Promise<SpokenCall> {
    await caller.call();
    await caller.untilAudible();
    await caller.untilOracleQuiet(0, GREETING_SILENCE_MS, GREETING_MAX_MS);
    const { callId } = await caller.snapshot();
    const originMs = await caller.page.evaluate(() => performance.timeOrigin);
    return new SpokenCall(caller, facts, parseCallId(callId), originMs);
  }

  async ask(recording: Recording): Promise<AskedQuestion> {
    const before = await this.#userCaptions();
    const { endedMs, startedMs } = await this.#speak(recording);
    await this.#untilQuiet(endedMs);
    const stretches = await this.#caller.audibleStretches(startedMs, PAUSE_MS);
    const audible = stretches.find(({ lastMs }) => lastMs > endedMs);
    const timeline =
      audible && (await this.#timelineOf(this.#at(startedMs), this.#at(endedMs), this.#at(audible.firstMs)));
    const answer = await this.#caller.heardSince(endedMs);
    await this.#caller.forgetBefore(endedMs);
    // A question that was taken for over in a pause is two.
    const said = (await this.#userCaptions()).slice(before.length);
    return {
      recording,
      timeline,
      recognised: said.join(' '),
      answer,
      wasCutInto: stretches.some(({ firstMs }) => firstMs < endedMs) || said.length > 1,
    };
  }

  /** Says something into a long answer, which is asked for when none is being given. */
  async sayInto(recording: Recording): Promise<SaidInto> {
    await this.#untilSpeaking();
    const told = this.#turns().length;
    const { startedMs, endedMs } = await this.#speak(recording);
    const givenUp = (): AgentTurn | undefined =>
      this.#turns()
        .slice(told)
        .find(({ outcome }) => outcome === 'interrupted');
    const [first, next] = await this.#whatBecame(startedMs, endedMs, () => givenUp() !== undefined);
    const given = givenUp();
    this.#wasInterrupted = given !== undefined;
    // A pause between two sentences is no silence for the user's sake: the agent tells when it holds.
    const wasHeld = this.#facts.all('answer held').some(({ callId, at }) => {
      const pageMs = Date.parse(at) - this.#originMs;
      return callId === this.callId && pageMs > startedMs && pageMs < endedMs + HELD_AFTER_MS;
    });
    const isSilenced = wasHeld && first !== undefined && first.lastMs < endedMs + JUDGED_AFTER_MS / 2;
    const isHeldOnly = isSilenced && given === undefined && next !== undefined;
    return {
      recording,
      hasEnded: given !== undefined,
      silentMs: isSilenced ? Math.max(0, first.lastMs - startedMs) : undefined,
      agentSilentMs:
        given?.silencedMs === undefined || given.interruptedMs === undefined
          ? undefined
          : given.silencedMs - given.interruptedMs,
      resumedMs: isHeldOnly ? Math.max(0, next.firstMs - endedMs) : undefined,
    };
  }

  /** Stretches of the oracle's voice around something that was said into it, once the answer was given up or has gone on for a while. */
  async #whatBecame(startedMs: number, endedMs: number, isGivenUp: () => boolean): Promise<readonly Stretch[]> {
    for (;;) {
      await systemClock.sleep(POLL_MS);
      const stretches = await this.#caller.audibleStretches(startedMs - PAUSE_MS, PAUSE_MS);
      const sinceMs = (await this.#caller.now()) - endedMs;
      const goesOn = sinceMs > JUDGED_AFTER_MS && (stretches.at(-1)?.lastMs ?? 0) > endedMs + JUDGED_AFTER_MS / 2;
      if (isGivenUp() || goesOn || sinceMs > JUDGED_MAX_MS) return stretches;
    }
  }

  async hangUp(): Promise<void> {
    await this.#caller.hangUp();
  }

  #at(pageMs: number): number {
    return this.#originMs + pageMs;
  }

  #turns(): readonly AgentTurn[] {
    return agentTurns(this.#facts, this.callId);
  }

  async #userCaptions(): Promise<readonly string[]> {
    const { captions } = await this.#caller.snapshot();
    return captions.flatMap(({ speaker, isFinal, text }) => (speaker === 'user' && isFinal ? [text] : []));
  }

  async #speak(recording: Recording): Promise<{ readonly startedMs: number; readonly endedMs: number }> {
    const speech = await readRecording(recording);
    const endedMs = await this.#caller.speak(speech);
    return { endedMs, startedMs: endedMs - playoutMs(speech.samples.length, speech.sampleRate) };
  }

  /** Waits until an answer is over; one that never comes is a finding too. */
  async #untilQuiet(sinceMs: number): Promise<void> {
    try {
      await this.#caller.untilHeardFor(sinceMs, 0, ANSWER_BEGINS_MAX_MS);
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'TimeoutError') return;
      throw cause;
    }
    await this.#caller.untilOracleQuiet(sinceMs, ANSWER_OVER_MS, ANSWER_MAX_MS);
  }

  async #timelineOf(since: number, userStoppedAt: number, audibleAt: number): Promise<TurnTimeline> {
    const until = systemClock.now() + LOG_MAX_MS;
    for (;;) {
      const agent = turnHeard(this.#turns(), { since, audibleAt });
      if (agent !== undefined || systemClock.now() > until) return joinTurn(agent, { userStoppedAt, audibleAt });
      await systemClock.sleep(POLL_MS);
    }
  }

  async #untilSpeaking(): Promise<void> {
    const nowMs = await this.#caller.now();
    const recent = await this.#caller.audibleStretches(nowMs - PAUSE_MS, PAUSE_MS);
    // What follows an interruption is the answer to it: a short one, and not what is to be spoken into.
    if (recent.length === 0 || this.#wasInterrupted) {
      await this.#untilQuiet(this.#wasInterrupted ? nowMs : nowMs - INTO_ANSWER_MS);
      this.#wasInterrupted = false;
      await this.#caller.forgetBefore(nowMs);
      await this.#speak(recordingNamed('about'));
    }
    await this.#caller.untilHeardFor(await this.#caller.now(), INTO_ANSWER_MS, ANSWER_MAX_MS);
  }
}

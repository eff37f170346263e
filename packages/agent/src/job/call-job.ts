import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import type { EndReason } from '@oracle-calls/protocol';
import type { ClaimResponse } from '@oracle-calls/protocol/http';
import type { CallContext } from '../brain/brain.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { earcon } from '../conversation/earcon.ts';
import { framesOf } from '../conversation/local-tts.ts';
import { floatToInt16 } from '../speech/pcm/pcm.ts';
import { timeLimit } from './backend/time-limit.ts';
import { CallStatistics } from './call-statistics.ts';
import { INITIAL_PRESENCE, stepPresence } from './presence.ts';
import type { PresenceEffect, PresenceInput, PresenceState } from './presence.ts';
import { codeOf, setUp } from './set-up.ts';
import type { SetUp, SetUpDeps } from './set-up.ts';
import type { AdmittedUser, SeatNotice } from './sfu/sfu-seat.ts';

/** The SFU tells when our voice is received; should that notice get lost, the oracle speaks after this long, in ms. */
const SUBSCRIPTION_WAIT_MS = 1_500;
/** A person may first have to answer the browser's question about the microphone, in ms. */
export const ARRIVAL_MS = 45_000;
/** Telling the backend must not keep a finished process alive for longer, in ms. */
const REPORT_MAX_MS = 5_000;
/** Between two samples of the statistics, in ms: once the room is gone there is nothing to ask. */
const SAMPLE_EVERY_MS = 2_000;
/** The last sample must not keep the agent in the room for longer, in ms. */
const LAST_SAMPLE_MAX_MS = 500;

export interface CallJobDeps extends SetUpDeps {
  readonly graceMs: number;
  readonly maxCallMs: number;
  /** Starts the conversation once the user is there; waits for what it needs until the call is over. */
  readonly startConversation: (
    context: CallContext,
    onFailed: (cause: unknown) => void,
    signal: AbortSignal,
  ) => Promise<Conversation>;
}

/** One call of the agent, from the dispatch ticket to the end. Never rejects: what goes wrong is logged and reported. */
export class CallJob {
  readonly #deps: CallJobDeps;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  readonly #ended = Promise.withResolvers<EndReason | undefined>();
  /** Aborts when the call is over. */
  readonly #over = new AbortController();
  readonly #statistics = new CallStatistics();
  #state: PresenceState = INITIAL_PRESENCE.state;
  readonly #log: CallJobDeps['log'];
  #call: ClaimResponse | undefined;
  #conversation: Promise<Conversation | undefined> | undefined;
  #userAudio: ReadableStream<AudioFrame> | undefined;
  #patience: Disposable | undefined;
  readonly #timers = new DisposableStack();

  constructor(deps: CallJobDeps) {
    this.#deps = deps;
    this.#log = deps.log;
    this.#done = this.#run();
  }

  /** Resolves when the call is over and everything is closed. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Ends the call because this process is to stop. */
  stop(): Promise<void> {
    this.#stopping.abort(new Error('the job was stopped'));
    this.#input({ kind: 'stop' });
    return this.#done;
  }

  async #run(): Promise<void> {
    const { seat } = this.#deps;
    try {
      const outcome = await setUp(this.#deps, this.#stopping.signal);
      await this.#perform(outcome);
    } catch (cause) {
      if (!this.#stopping.signal.aborted) {
        this.#log.error('the job failed', { code: codeOf(cause) });
        await this.#report('agent-failed');
      }
    } finally {
      this.#over.abort(new Error('the call is over'));
      this.#timers.dispose();
      this.#patience?.[Symbol.dispose]();
      await seat.close().catch((cause: unknown) => this.#log.warn('leaving failed', { code: codeOf(cause) }));
      this.#log.info('job over');
    }
  }

  async #perform(outcome: SetUp): Promise<void> {
    if (outcome.kind === 'stay-out') return;
    this.#call = outcome.call;
    if (outcome.kind === 'report') {
      await this.#report(outcome.endReason);
      return;
    }
    this.#startPresence(outcome.user);
    const endReason = await this.#ended.promise;
    // Silent first, then gone; the backend hears of it meanwhile.
    this.#deps.seat.speaker.setMuted(true);
    await Promise.all([this.#report(endReason), this.#closeConversation(), this.#logStatistics()]);
  }

  #startPresence(user: AdmittedUser): void {
    const { seat, clock, maxCallMs, timeline } = this.#deps;
    this.#timers.use(clock.after(maxCallMs, () => this.#input({ kind: 'length-reached' })));
    this.#apply(INITIAL_PRESENCE.effects);
    seat.admit(user, (notice) => this.#onNotice(notice));
    timeline.mark('keysSet');
    this.#background('statistics', this.#keepSampling());
    user.sendKey.destroy();
    user.receiveKey.destroy();
  }

  #onNotice(notice: SeatNotice): void {
    const { timeline, clock } = this.#deps;
    switch (notice.kind) {
      case 'user-here':
        timeline.mark('userHere');
        this.#timers.use(clock.after(SUBSCRIPTION_WAIT_MS, () => this.#input({ kind: 'voice-subscribed' })));
        return this.#input(notice);
      case 'voice-subscribed':
        timeline.mark('voiceSubscribed');
        return this.#input(notice);
      case 'user-gone':
      case 'seat-lost':
        this.#log.info(notice.kind === 'user-gone' ? 'user left' : 'seat lost', { isDeliberate: notice.isDeliberate });
        this.#background('statistics', this.#sample());
        return this.#input(notice);
      case 'user-audio':
        this.#userAudio = notice.stream;
        this.#background('listening', this.#listen());
        return;
      case 'refused':
        this.#log.warn('publication refused', { reason: notice.reason });
        return;
      default:
        notice satisfies never;
    }
  }

  #input(input: PresenceInput): void {
    const { state, effects } = stepPresence(this.#state, input);
    this.#state = state;
    this.#apply(effects);
  }

  #apply(effects: readonly PresenceEffect[]): void {
    const { seat, clock, graceMs } = this.#deps;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'greet':
          this.#background('greeting', this.#greet());
          break;
        case 'mute':
          seat.speaker.setMuted(true);
          this.#background('silence', this.#fallSilent());
          break;
        case 'unmute':
          this.#log.info('user is back');
          seat.speaker.setMuted(false);
          break;
        case 'start-patience':
          this.#patience?.[Symbol.dispose]();
          this.#patience = clock.after(effect.until === 'return' ? graceMs : ARRIVAL_MS, () =>
            this.#input({ kind: 'patience-over' }),
          );
          break;
        case 'stop-patience':
          this.#patience?.[Symbol.dispose]();
          this.#patience = undefined;
          break;
        case 'end':
          this.#log.info('call ends', { endReason: effect.report });
          this.#over.abort(new Error('the call is over'));
          this.#ended.resolve(effect.report);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  async #greet(): Promise<void> {
    const { seat, timeline, startConversation } = this.#deps;
    const { speaker } = seat;
    const sound = floatToInt16(earcon(speaker.sampleRate));
    let isFirst = true;
    for (const frame of framesOf(sound, speaker.sampleRate)) {
      await speaker.play(frame);
      if (isFirst) timeline.mark('earconSent');
      isFirst = false;
    }
    const call = this.#call;
    if (call === undefined || this.#state.kind === 'ended') return;
    const { sessionId, language, agentVoice } = call;
    // Only now: starting it would compete with the very first sound.
    const onBroken = (cause: unknown): void => this.#onBroken(cause);
    const context = { sessionId, language, agentVoice };
    this.#conversation = startConversation(context, onBroken, this.#over.signal).catch((cause: unknown) => {
      // Who hangs up while it starts has broken nothing.
      if (!this.#over.signal.aborted) onBroken(cause);
      return undefined;
    });
    if ((await this.#conversation) === undefined) return;
    timeline.mark('conversationReady');
    timeline.log(this.#log);
    await this.#listen();
  }

  async #listen(): Promise<void> {
    const conversation = await this.#conversation;
    const stream = this.#userAudio;
    if (conversation === undefined || stream === undefined || this.#state.kind === 'ended') return;
    this.#userAudio = undefined;
    await conversation.hear(stream);
  }

  async #fallSilent(): Promise<void> {
    const conversation = await this.#conversation;
    await conversation?.fallSilent();
  }

  async #closeConversation(): Promise<void> {
    const conversation = await this.#conversation;
    await conversation?.close().catch((cause: unknown) => {
      this.#log.warn('closing the conversation failed', { code: codeOf(cause) });
    });
  }

  /** Samples until the call is over. */
  async #keepSampling(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#deps.clock.sleep(SAMPLE_EVERY_MS, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#sample();
    }
  }

  /** A sample that fails adds nothing: the room may be gone. */
  async #sample(): Promise<void> {
    const evidence = await this.#deps.seat.sampleEvidence().catch(() => undefined);
    if (evidence !== undefined) this.#statistics.add(evidence);
  }

  async #logStatistics(): Promise<void> {
    using limit = timeLimit(this.#deps.clock, LAST_SAMPLE_MAX_MS);
    const tooLate = Promise.withResolvers<void>();
    limit.signal.addEventListener('abort', () => tooLate.resolve(), { once: true });
    await Promise.race([this.#sample(), tooLate.promise]);
    this.#log.info('call statistics', this.#statistics.toFields());
  }

  #onBroken(cause: unknown): void {
    this.#log.error('the conversation failed', { code: codeOf(cause) });
    this.#input({ kind: 'conversation-failed' });
  }

  #background(what: string, work: Promise<void>): void {
    work.catch((cause: unknown) => {
      this.#log.error('a part of the job failed', { what, code: codeOf(cause) });
      this.#input({ kind: 'conversation-failed' });
    });
  }

  async #report(endReason: EndReason | undefined): Promise<void> {
    const call = this.#call;
    if (call === undefined || endReason === undefined) return;
    using limit = timeLimit(this.#deps.clock, REPORT_MAX_MS);
    try {
      await this.#deps.backend.endCall(call.callId, endReason, { signal: limit.signal });
      this.#log.info('end reported', { endReason });
    } catch (cause) {
      this.#log.warn('the end could not be reported', { endReason, code: codeOf(cause) });
    }
  }
}

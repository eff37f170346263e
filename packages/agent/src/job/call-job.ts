import { randomUUID } from 'node:crypto';
import { codeOf } from '@oracle-calls/protocol';
import type { EndReason } from '@oracle-calls/protocol';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import type { ClaimResponse } from '@oracle-calls/protocol/http';
import { Asking } from '../asking/asking.ts';
import type { MemorySettings } from '../memory/memory-settings.ts';
import { Remembering } from '../memory/remembering.ts';
import { timeLimit } from './backend/time-limit.ts';
import { CallData } from './call-data.ts';
import { CallVoice } from './call-voice.ts';
import type { StartConversation } from './call-voice.ts';
import { openSight } from './call-sight.ts';
import type { CallSight, OpenAvatar } from './call-sight.ts';
import { EarlyNotices } from './early-notices.ts';
import { EvidenceLog } from './evidence-log.ts';
import type { CallLink, LinkNotice } from './link/call-link.ts';
import { openCallLink } from './link/open-call-link.ts';
import type { StrictLinkOptions } from './link/strict-link.ts';
import { INITIAL_PRESENCE, stepPresence } from './presence.ts';
import type { PresenceEffect, PresenceInput, PresenceState } from './presence.ts';
import { leave, setUp } from './set-up.ts';
import type { SeatedCall, SetUp, SetUpDeps } from './set-up.ts';
import type { MediaSeat, SeatNotice } from '@oracle-calls/node-media/seat';

/** The SFU tells when our voice is received; should that notice get lost, the oracle speaks after this long, in ms. */
const SUBSCRIPTION_WAIT_MS = 1_500;
/** A person may first have to answer the browser's question about the microphone, in ms. */
export const ARRIVAL_MS = 45_000;
/** From the first offer to a user who is there until the agent gives up, in ms: two offers and half of a third. */
export const HANDSHAKE_PATIENCE_MS = 25_000;
/** Telling the backend must not keep a finished process alive for longer, in ms. */
const REPORT_MAX_MS = 5_000;

export interface CallJobDeps extends Omit<SetUpDeps, 'observe'> {
  readonly graceMs: number;
  readonly maxCallMs: number;
  readonly rekeyIntervalMs: number;
  /** Who hears the call. */
  readonly hearing: CallHearing;
  readonly startConversation: StartConversation;
  /** What stands for the oracle in video calls; nothing when absent. */
  readonly openAvatar?: OpenAvatar | undefined;
  /** How this oracle remembers; not at all when absent, or when it resolves with nothing. */
  readonly memorySettings?: ((signal: AbortSignal) => Promise<MemorySettings | undefined>) | undefined;
  /** Another secure link for tests. */
  readonly createLink?: StrictLinkOptions['createLink'];
}

/** A call that is set up, and everything that works for it. */
interface LiveCall {
  readonly userIdentity: string;
  readonly seated: SeatedCall;
  readonly link: CallLink;
  readonly data: CallData;
  readonly voice: CallVoice;
  readonly picture: CallSight['picture'];
  readonly asking: Asking;
  readonly evidence: EvidenceLog;
  readonly remembering: Remembering;
}

/** One call of the agent, from the dispatch ticket to the end. Never rejects: what goes wrong is logged and reported. */
export class CallJob {
  readonly #deps: CallJobDeps;
  readonly #log: CallJobDeps['log'];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  readonly #ended = Promise.withResolvers<EndReason | undefined>();
  /** Aborts when the call is over. */
  readonly #over = new AbortController();
  readonly #early = new EarlyNotices();
  #state: PresenceState = INITIAL_PRESENCE.state;
  #seat: MediaSeat | undefined;
  #live: LiveCall | undefined;
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
    try {
      await this.#perform(await setUp({ ...this.#deps, observe: this.#early.observe }, this.#stopping.signal));
    } catch (cause) {
      if (!this.#stopping.signal.aborted) this.#log.error('the job failed', { code: codeOf(cause) });
    } finally {
      this.#over.abort(new Error('the call is over'));
      // Unless a reason was reported before.
      this.#deps.telemetry?.ended(undefined);
      this.#timers.dispose();
      this.#patience?.[Symbol.dispose]();
      this.#live?.asking[Symbol.dispose]();
      this.#live?.link[Symbol.dispose]();
      this.#deps.identity[Symbol.dispose]();
      if (this.#seat !== undefined) await leave(this.#seat, this.#log);
      this.#log.info('job over');
    }
  }

  async #perform(outcome: SetUp): Promise<void> {
    if (outcome.kind === 'stay-out') return;
    const { call } = outcome;
    if (outcome.kind === 'report') return this.#report(call, outcome.endReason);
    let endReason: EndReason | undefined = 'agent-failed';
    this.#seat = outcome.seated.seat;
    using _callKey = outcome.seated.callKey;
    try {
      const live = this.#begin(outcome);
      endReason = await this.#ended.promise;
      // Silent first, then gone; user and backend hear of it meanwhile.
      live.seated.seat.speaker.setMuted(true);
      live.data.sayGoodbye();
      await Promise.all([live.voice.close(), live.evidence.write(this.#log, live.link)]);
      // Last, with the last words in it.
      await live.remembering.finish();
    } finally {
      await this.#report(call, endReason);
    }
  }

  #begin({ call, seated, remember }: Extract<SetUp, { kind: 'ready' }>): LiveCall {
    const { clock, timeline, telemetry, maxCallMs, startConversation, memorySettings } = this.#deps;
    const log = this.#log;
    const { userIdentity, callId, sessionId, language, agentVoice } = call;
    const tell = (notice: LinkNotice): void => this.#onLink(notice);
    const link = openCallLink({ ...this.#deps, callId, userIdentity, seated, tell });
    const settings = memorySettings?.(this.#over.signal) ?? Promise.resolve(undefined);
    const remembering = new Remembering({ ...this.#deps, callId, remember, settings, log });
    const asking = new Asking({
      send: (payload) => link.send(payload),
      hear: (text) => {
        remembering.wrote(text);
        this.#background('a quick reply', voice.write(text));
      },
      clock,
      log,
    });
    // Nothing can be shown to a user of the older protocol, and nothing that arrives there is that user's.
    const asked = seated.protocol === 'strict' ? asking : undefined;
    const data: CallData = new CallData(
      link,
      {
        interrupt: () => this.#background('interrupting', voice.interrupt()),
        write: (text) => {
          remembering.wrote(text);
          this.#background('a written turn', voice.write(text));
        },
        hangUp: () => this.#input({ kind: 'user-gone', isDeliberate: true }),
        answer: (answer) => asking.receive(answer),
        memory: (wish) => remembering.obey(wish),
      },
      log,
    );
    const { eyes, picture } = openSight({ ...this.#deps, userIdentity, seated, signal: this.#over.signal });
    const watched = picture?.watching(data) ?? data;
    const voice: CallVoice = new CallVoice({
      startConversation: async (talk) => {
        await remembering.ready;
        return startConversation(talk);
      },
      speaker: seated.seat.speaker,
      observer: remembering.follow(telemetry?.watching(watched) ?? watched),
      eyes,
      approve: asked?.approve,
      endsAt: clock.now() + maxCallMs,
      context: {
        sessionId,
        conversationId: randomUUID(),
        language,
        userDid: seated.protocol === 'strict' ? seated.envelope.context.userDid : undefined,
        voice: agentVoice,
        get comparisonCode() {
          return link.comparisonCode;
        },
        get isUserMuted() {
          return data.isUserMuted;
        },
        user: asked?.user,
        get memory() {
          return remembering.memory;
        },
      },
      signal: this.#over.signal,
      onFailed: (cause) => this.#onBroken(cause),
      timeline,
      log,
    });
    const evidence = new EvidenceLog(seated.seat, clock);
    const live: LiveCall = { userIdentity, seated, link, data, voice, picture, asking, evidence, remembering };
    this.#live = live;
    this.#timers.use(clock.after(maxCallMs, () => this.#input({ kind: 'length-reached' })));
    this.#apply(INITIAL_PRESENCE.effects);
    this.#early.passTo((notice) => this.#onNotice(live, notice));
    remembering.start();
    this.#background('statistics', evidence.keepSampling(this.#over.signal));
    return live;
  }

  #onLink(notice: LinkNotice): void {
    const { timeline, telemetry } = this.#deps;
    switch (notice.kind) {
      case 'confirmed':
        timeline.mark('confirmed');
        // Only now is it known whose voice this is.
        if (this.#live?.seated.protocol === 'strict') this.#live.seated.seat.admit(this.#live.userIdentity);
        void this.#live?.picture?.begin();
        return this.#input(notice);
      case 'peer-ready':
        timeline.mark('peerReady');
        return this.#input(notice);
      case 'stalled':
        telemetry?.noticed('key-exchange-stalled');
        this.#log.warn('the key exchange stalled');
        return this.#input(notice);
      case 'payload':
        return this.#live?.data.receive(notice.payload);
      case 'failed':
        this.#log.error('the keys of the call failed', { code: notice.code });
        return this.#input({ kind: 'unprotected' });
      default:
        notice satisfies never;
    }
  }

  #onNotice(live: LiveCall, notice: SeatNotice): void {
    const { timeline, telemetry, clock } = this.#deps;
    switch (notice.kind) {
      case 'user-here':
        if (notice.participantIdentity !== live.userIdentity) return;
        timeline.mark('userHere');
        this.#timers.use(clock.after(SUBSCRIPTION_WAIT_MS, () => this.#input({ kind: 'voice-subscribed' })));
        return this.#input(notice);
      case 'user-gone':
        if (notice.participantIdentity !== live.userIdentity) return;
        this.#log.info('user left', { isDeliberate: notice.isDeliberate });
        this.#background('statistics', live.evidence.sample());
        return this.#input(notice);
      case 'voice-subscribed':
        timeline.mark('voiceSubscribed');
        return this.#input(notice);
      case 'user-audio':
        if (notice.participantIdentity !== live.userIdentity) return;
        return this.#background('listening', live.voice.hear(notice.stream));
      case 'frame':
        return live.link.receive(notice.frame, notice.participantIdentity);
      case 'refused':
        // The user's camera or screen, sealed like the voice: nothing is wrong, and nothing of it is received until somebody looks.
        if (notice.reason === 'not-audio') return this.#log.info('the user shows something');
        telemetry?.noticed('publication-refused');
        this.#log.warn('publication refused', { reason: notice.reason });
        return;
      case 'reconnecting':
        telemetry?.noticed('reconnecting');
        this.#log.info('connection interrupted');
        return;
      case 'reconnected':
        telemetry?.noticed('reconnected');
        this.#log.info('connection mended');
        return live.link.rekey();
      case 'undecryptable':
        telemetry?.noticed('undecryptable');
        live.evidence.noteUnopened();
        this.#log.warn('sound does not open', {
          code: notice.error.code,
          participantIdentity: notice.participantIdentity,
        });
        return;
      case 'broken':
        telemetry?.noticed('broken');
        this.#log.error('the media server broke a rule', { code: notice.error.code });
        return this.#input({ kind: 'unprotected' });
      case 'seat-lost':
        this.#log.info('seat lost', { isDeliberate: notice.isDeliberate });
        this.#background('statistics', live.evidence.sample());
        return this.#input(notice);
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
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: PresenceEffect): void {
    const live = this.#live;
    if (live === undefined) {
      if (effect.kind === 'end') this.#ended.resolve(effect.report);
      return;
    }
    const { voice, link, asking } = live;
    const { speaker } = live.seated.seat;
    switch (effect.kind) {
      case 'begin-attempt':
        this.#deps.timeline.mark('handshakeBegun');
        return link.begin();
      case 'greet':
        return this.#background('greeting', voice.greet());
      case 'mute':
        asking.takeAllBack();
        speaker.setMuted(true);
        return this.#background('falling silent', voice.fallSilent());
      case 'hush':
        asking.takeAllBack();
        speaker.setMuted(true);
        return this.#background('interrupting', voice.interrupt());
      case 'unmute':
        speaker.setMuted(false);
        this.#log.info('the oracle may speak');
        return;
      case 'start-patience':
        return this.#startPatience(effect.until, link);
      case 'stop-patience':
        this.#patience?.[Symbol.dispose]();
        this.#patience = undefined;
        return;
      case 'end':
        this.#log.info('call ends', { endReason: effect.report });
        asking[Symbol.dispose]();
        this.#over.abort(new Error('the call is over'));
        return this.#ended.resolve(effect.report);
      default:
        effect satisfies never;
    }
  }

  #startPatience(until: 'arrival' | 'return' | 'handshake', link: CallLink): void {
    const { clock, graceMs } = this.#deps;
    const patienceMs = { arrival: ARRIVAL_MS, return: graceMs, handshake: HANDSHAKE_PATIENCE_MS }[until];
    this.#patience?.[Symbol.dispose]();
    this.#patience = clock.after(patienceMs, () => {
      if (until === 'handshake') this.#log.error('no handshake with the user', { code: 'ERR_HANDSHAKE_TIMEOUT' });
      this.#input({ kind: 'patience-over', isForged: link.isForged });
    });
  }

  #onBroken(cause: unknown): void {
    this.#log.error('the conversation failed', { code: codeOf(cause) });
    this.#input({ kind: 'conversation-failed' });
  }

  #background(what: string, work: Promise<void>): void {
    work.catch((cause: unknown) => {
      // A part that is torn down under the work of another has not failed.
      if (this.#over.signal.aborted) return;
      this.#log.error('a part of the job failed', { what, code: codeOf(cause) });
      this.#input({ kind: 'conversation-failed' });
    });
  }

  async #report({ callId }: ClaimResponse, endReason: EndReason | undefined): Promise<void> {
    this.#deps.telemetry?.ended(endReason);
    if (endReason === undefined) return;
    using limit = timeLimit(this.#deps.clock, REPORT_MAX_MS);
    try {
      await this.#deps.backend.endCall(callId, endReason, { signal: limit.signal });
      this.#log.info('end reported', { endReason });
    } catch (cause) {
      this.#log.warn('the end could not be reported', { endReason, code: codeOf(cause) });
    }
  }
}

import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { codeOf, isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { Speaker } from '@oracle-calls/node-media/seat';
import type { CallContext, Turn } from '../../brain/brain.ts';
import { MAX_FAILED_TURNS } from '../../brain/say-failures.ts';
import type { SpeechConversation, SpeechNotice, SpeechToSpeech } from '../../hosted/realtime/speech-to-speech.ts';
import type { ApproveTool } from '../../tools/approval.ts';
import type { Conversation } from '../conversation.ts';
import type { ConversationObserver, OracleActivity } from '../observer.ts';
import { TurnRecord } from '../turn-record.ts';
import { AnswerCaptions } from './answer-captions.ts';
import { AnswerPlayback } from './answer-playback.ts';
import { UserSound } from './user-sound.ts';

/** Pauses before a session that broke is opened anew, in ms; with them about as long as somebody holds a silent line. */
const RECONNECT_PAUSES_MS = [250, 1_000, 3_000] as const;
/** A session that lasted so long was sound, in ms: the next is opened at once. One that breaks sooner, again and again, is a failure like any other. */
const SOUND_AFTER_MS = 30_000;
/** Turns that a new session is told of: what the conversation was about, not all of it. */
const MAX_TURNS = 20;

export interface RealtimeConversationOptions {
  readonly model: SpeechToSpeech;
  readonly speaker: Speaker;
  readonly context: CallContext;
  readonly approve?: ApproveTool | undefined;
  readonly observer: ConversationObserver;
  /** Written where the captions are, when the model is lost: nobody is left who could say it. */
  readonly apology: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** The conversation broke and will not answer any more. */
  readonly onFailed: (cause: unknown) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a conversation that a model holds by itself: it hears the user, tells when somebody speaks, and answers in its own voice. Here its voice is played,
 * and stopped when the user speaks over it; what was heard of it is told to the model.
 *
 * Turns are measured as far as they are known here: the model tells where the user's speech ended, and nobody when it began to answer.
 *
 * @throws {OracleCallError} as `SpeechToSpeech.converse`, after some attempts
 */
export async function startRealtimeConversation(options: RealtimeConversationOptions): Promise<Conversation> {
  const talk = new RealtimeTalk(options);
  await talk.open();
  return talk;
}

class RealtimeTalk implements Conversation {
  readonly #options: RealtimeConversationOptions;
  readonly #sound: UserSound;
  readonly #playback: AnswerPlayback;
  readonly #captions: AnswerCaptions;
  readonly #record: TurnRecord;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #turns: Turn[] = [];
  #session: SpeechConversation | undefined;
  #opening: Promise<void> | undefined;
  #openedAt = 0;
  /** Sessions in a row that broke soon after they were opened. */
  #shortLives = 0;
  /** What the oracle says in the answer under way, as far as it was written down. */
  #answer = '';
  #answerIds = new Set<string>();
  /** What was last remembered of the oracle: it may still be played. */
  #told: { readonly answerIds: ReadonlySet<string>; readonly turn: Turn } | undefined;
  /** There was sound of it. */
  #isHeard = false;
  /** A written turn that is not answered yet. */
  #written: Turn | undefined;
  #activity: OracleActivity = 'listening';
  #isUserSpeaking = false;
  #isSpeaking = false;
  /** In a row: none of those between was heard. */
  #failedAnswers = 0;
  /** Nothing more comes of the answer that was last heard of. */
  #isAnswered = true;

  constructor(options: RealtimeConversationOptions) {
    this.#options = options;
    const { speaker, observer, clock, context, signal } = options;
    this.#signal = signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]);
    this.#captions = new AnswerCaptions(observer, clock);
    this.#record = new TurnRecord(observer.turn, clock);
    this.#playback = new AnswerPlayback(speaker, {
      begun: () => this.#record.firstAudio(),
      silent: () => this.#onSilent(),
    });
    this.#sound = new UserSound({
      onSamples: (samples) => this.#session?.hear(samples),
      isMuted: () => context.isUserMuted === true,
    });
  }

  /** Opens a session, or a new one in the place of one that broke. @throws as the last attempt */
  open(lost?: unknown): Promise<void> {
    this.#opening ??= this.#connect(lost).finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  hear(stream: ReadableStream<AudioFrame>): Promise<void> {
    this.#sound.listenTo(stream);
    return Promise.resolve();
  }

  async write(text: string): Promise<void> {
    await this.interrupt();
    await this.#opening?.catch(() => undefined);
    this.#written = { speaker: 'user', text };
    this.#remember(this.#written);
    this.#become('thinking');
    this.#session?.write(text);
  }

  interrupt(): Promise<void> {
    this.#stopSpeaking();
    // An answer of which nothing has come is none either.
    this.#session?.giveUp();
    this.#written = undefined;
    if (this.#activity === 'thinking') this.#become('listening');
    this.#record.answerOver('given-up');
    return Promise.resolve();
  }

  fallSilent(): Promise<void> {
    this.#sound.stop();
    return this.interrupt();
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) this.#closing.abort(new Error('the conversation is over'));
    this.#sound.stop();
    this.#playback.stop();
    this.#record.answerOver('given-up');
    await this.#opening?.catch(() => undefined);
    await this.#session?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(lost: unknown): Promise<void> {
    const { model, context, approve, clock, log } = this.#options;
    let cause = lost;
    for (let attempt = this.#shortLives; ; attempt++) {
      this.#signal.throwIfAborted();
      if (attempt > 0) {
        const pauseMs = RECONNECT_PAUSES_MS[attempt - 1];
        if (pauseMs === undefined) throw cause;
        log.warn('the realtime model is away', { code: codeOf(cause), inMs: pauseMs });
        await clock.sleep(pauseMs, { signal: this.#signal });
      }
      const written = this.#written;
      try {
        this.#session = await model.converse({
          context,
          approve,
          turns: this.#turns.filter((turn) => turn !== written),
          onNotice: (notice) => this.#onNotice(notice),
          signal: this.#signal,
        });
        this.#openedAt = clock.now();
        // What it is only told of, it does not answer.
        if (written !== undefined && written === this.#written) this.#session.write(written.text);
        if (attempt > 0) log.info('the realtime model is there again', { attempts: attempt });
        return;
      } catch (failure) {
        this.#signal.throwIfAborted();
        if (!isOracleCallError(failure) || !failure.retryable) throw failure;
        cause = failure;
      }
    }
  }

  #onNotice(notice: SpeechNotice): void {
    const { observer, log } = this.#options;
    switch (notice.kind) {
      case 'user-speaks':
        this.#isUserSpeaking = true;
        if (!this.#stopSpeaking()) return this.#dropUnheard();
        this.#record.held(notice.startedAt);
        return this.#record.answerOver('given-up');
      case 'user-silent':
        this.#isUserSpeaking = false;
        // It is answered together with what was said, or not at all.
        this.#written = undefined;
        this.#record.turnOver(notice.stoppedAt);
        return this.#become('thinking');
      case 'user-words':
        if (notice.text === '') return;
        log.info('user said something', { characters: notice.text.length });
        observer.words({ speaker: 'user', segment: createPayloadId(), text: notice.text, isFinal: true });
        return this.#remember({ speaker: 'user', text: notice.text });
      case 'sound': {
        // Late sound of what the user has already spoken over.
        if (!this.#playback.add(notice.answerId, notice.samples)) return;
        this.#isAnswered = false;
        this.#answerIds.add(notice.answerId);
        this.#isHeard = true;
        this.#failedAnswers = 0;
        this.#written = undefined;
        if (this.#isSpeaking) return;
        this.#isSpeaking = true;
        log.info('oracle speaks');
        return this.#become('speaking');
      }
      case 'oracle-words':
        if (this.#playback.isStopped(notice.answerId)) return;
        this.#record.firstText();
        this.#answerIds.add(notice.answerId);
        this.#answer += notice.text;
        return this.#captions.add(notice.text);
      case 'answered':
        if (notice.outcome === 'whole' || this.#isHeard) this.#endAnswer(notice.outcome !== 'whole');
        else this.#nextAnswer();
        if (notice.outcome === 'failed') return this.#onAnswerFailed();
        return this.#allCame();
      case 'over':
        return this.#onLost(notice.cause);
      default:
        notice satisfies never;
    }
  }

  #become(activity: OracleActivity): void {
    this.#activity = activity;
    this.#options.observer.activity(activity);
  }

  /** The voice stops, and the model is told how much of it was heard. Whether there was any. */
  #stopSpeaking(): boolean {
    const stopped = this.#playback.stop();
    this.#isSpeaking = false;
    if (stopped === undefined) return false;
    this.#session?.heardUntil(stopped.answerId, stopped.heardMs);
    const told = this.#told;
    if (this.#answerIds.has(stopped.answerId)) this.#endAnswer(true);
    else this.#nextAnswer();
    // It came whole, but was not heard whole: sound comes faster than it plays.
    if (told?.answerIds.has(stopped.answerId) === true) this.#markInterrupted(told.turn);
    this.#become('listening');
    return true;
  }

  /** An answer that breaks off before it is heard was never said. */
  #dropUnheard(): void {
    if (this.#isHeard) return;
    this.#nextAnswer();
    if (this.#written !== undefined) return;
    if (this.#activity === 'thinking') this.#become('listening');
  }

  /** Nothing more comes of the answer. It is over when what came of it has been heard. */
  #allCame(): void {
    this.#isAnswered = true;
    if (!this.#isSpeaking) this.#record.answerOver('heard');
  }

  /** Remembers what the oracle said in it. */
  #endAnswer(isInterrupted: boolean): void {
    const text = this.#answer.trim();
    const answerIds = this.#answerIds;
    this.#nextAnswer();
    if (text === '') return;
    const turn: Turn = { speaker: 'oracle', text, ...(isInterrupted ? { isInterrupted } : {}) };
    this.#told = { answerIds, turn };
    this.#remember(turn);
  }

  /** What comes is of another answer. What is not remembered of this one was shown, not said. */
  #nextAnswer(): void {
    this.#captions.end();
    this.#answer = '';
    this.#answerIds = new Set();
    this.#isHeard = false;
  }

  #markInterrupted(turn: Turn): void {
    const place = this.#turns.indexOf(turn);
    if (place >= 0) this.#turns[place] = { ...turn, isInterrupted: true };
  }

  #onSilent(): void {
    this.#isSpeaking = false;
    if (this.#isAnswered) this.#record.answerOver('heard');
    if (!this.#isUserSpeaking) this.#become('listening');
  }

  /** Nobody else could say so aloud: the apology is shown. */
  #onAnswerFailed(): void {
    const { observer, apology, log, onFailed } = this.#options;
    this.#failedAnswers += 1;
    this.#written = undefined;
    log.warn('an answer failed', { code: 'ERR_UPSTREAM_MODEL', turnsInARow: this.#failedAnswers });
    observer.words({ speaker: 'oracle', segment: createPayloadId(), text: apology, isFinal: true });
    this.#allCame();
    if (this.#activity === 'thinking') {
      this.#record.answerOver('unanswered');
      this.#become('listening');
    }
    if (this.#failedAnswers > MAX_FAILED_TURNS) onFailed(new OracleCallError('ERR_UPSTREAM_MODEL'));
  }

  #onLost(cause: unknown): void {
    if (this.#signal.aborted) return;
    const { clock, log, onFailed, observer, apology } = this.#options;
    log.warn('the realtime model hung up', { code: codeOf(cause) });
    this.#session = undefined;
    this.#isUserSpeaking = false;
    if (this.#isHeard) this.#endAnswer(true);
    else this.#dropUnheard();
    this.#allCame();
    // A new session answers what is said or written to it, not what the old one heard.
    if (!this.#isSpeaking) this.#record.answerOver('unanswered');
    const opened = this.open(cause);
    this.#shortLives = clock.now() - this.#openedAt < SOUND_AFTER_MS ? this.#shortLives + 1 : 0;
    opened.catch((failure: unknown) => {
      if (this.#signal.aborted) return;
      observer.words({ speaker: 'oracle', segment: createPayloadId(), text: apology, isFinal: true });
      onFailed(failure);
    });
  }

  #remember(turn: Turn): void {
    this.#turns.push(turn);
    if (this.#turns.length > MAX_TURNS) this.#turns.shift();
  }
}

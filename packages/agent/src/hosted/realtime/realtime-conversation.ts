import { floatToInt16, int16ToFloat } from '@oracle-calls/node-media/pcm';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import type { RawData, WebSocket } from 'ws';
import type { Turn } from '../../brain/brain.ts';
import { parseRealtimeEvent } from './realtime-events.ts';
import type { RealtimeEvent, SpeechDetection } from './realtime-events.ts';
import { SentSound } from './sent-sound.ts';
import type {
  AnswerOutcome,
  SpeechConversation,
  SpeechConversationOptions,
  SpeechNotice,
  SpeechRole,
} from './speech-to-speech.ts';

/** Sound that the network does not take is dropped beyond this: five seconds as base64. A caller who hears the past is not helped. */
const BACKLOG_MAX_BYTES = 320_000;

export type RealtimeSessionOptions = SpeechConversationOptions &
  Pick<SpeechRole, 'tools'> & { readonly clock: Pick<Clock, 'now'> };

/** One session of the Realtime API. It begins by waiting for the server's greeting, then asks for the session that it wants. */
export class RealtimeConversation implements SpeechConversation {
  readonly #socket: WebSocket;
  readonly #options: RealtimeSessionOptions;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #session: object;
  readonly #over = new AbortController();
  readonly #sent: SentSound;
  /** How the server notices speech, once it has said so. */
  #detection: SpeechDetection | undefined;
  #isTaken = false;
  #isUserSpeaking = false;
  /** The server answers, or is about to: it was asked to, or has heard the user out. It takes no wish for another meanwhile. */
  #isAnswering = false;
  /** The answer has begun: the server has said so, or something came of it. Before, there is nothing to cancel. */
  #isBegun = false;
  /** There was sound of it. */
  #isHeard = false;
  /** What still comes of the answer under way is not wanted; one that has not begun is cancelled when it does. */
  #isGivenUp = false;
  /** Something was said that is answered after the answer under way. */
  #isAnswerOwed = false;
  /** Raised when nothing more is wanted of what was asked so far, also not of its tools that still run. */
  #generation = 0;
  /** Tools that answer the response under way; the model speaks on when all have. */
  #tools: Promise<void>[] = [];

  constructor(socket: WebSocket, options: RealtimeSessionOptions, session: object) {
    this.#socket = socket;
    this.#options = options;
    this.#session = session;
    this.#sent = new SentSound(options.clock);
    this.#ready.promise.catch(() => undefined);
    socket.on('message', (data, isBinary) => this.#onFrame(data, isBinary));
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      const details = { status: statusCode };
      const isPassing = statusCode === 429 || statusCode >= 500;
      this.fail(new OracleCallError(isPassing ? 'ERR_UPSTREAM_MODEL' : 'ERR_UPSTREAM_REFUSED', undefined, { details }));
    });
    socket.on('error', (cause) => this.fail(new OracleCallError('ERR_UPSTREAM_MODEL', undefined, { cause })));
    socket.once('close', () => {
      this.fail(new OracleCallError('ERR_UPSTREAM_MODEL', 'The model hung up.'));
      socket.removeAllListeners('message');
      this.#closed.resolve();
    });
  }

  /** Resolves when the server has taken the session. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  hear(samples: Float32Array): void {
    if (this.#socket.bufferedAmount > BACKLOG_MAX_BYTES) return;
    const pcm = floatToInt16(samples);
    const bytes = Buffer.alloc(pcm.length * 2);
    for (const [i, sample] of pcm.entries()) bytes.writeInt16LE(sample, i * 2);
    if (this.#send({ type: 'input_audio_buffer.append', audio: bytes.toString('base64') })) this.#sent.sent(pcm.length);
  }

  write(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.#send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    this.giveUp();
    this.#answer();
  }

  giveUp(): void {
    this.#generation += 1;
    this.#cancel();
  }

  /** Gives the answer under way up, but not what its tools have still to tell: who says something meanwhile waits for that. */
  #cancel(): void {
    this.#isAnswerOwed = false;
    if (!this.#isAnswering || this.#isGivenUp) return;
    this.#isGivenUp = true;
    if (this.#isBegun) this.#send({ type: 'response.cancel' });
  }

  heardUntil(answerId: string, playedMs: number): void {
    const audioEndMs = Math.max(0, Math.round(playedMs));
    this.#cancel();
    this.#send({ type: 'conversation.item.truncate', item_id: answerId, content_index: 0, audio_end_ms: audioEndMs });
  }

  /** Ends it; the first cause is the one that is told. */
  fail(cause: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort(cause);
    this.#ready.reject(cause);
    this.#tell({ kind: 'over', cause });
    this.#socket.terminate();
  }

  async close(): Promise<void> {
    this.fail(new OracleCallError('ERR_INTERNAL', 'The conversation is closed.'));
    await this.#closed.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Whether it is on its way. */
  #send(event: object): boolean {
    if (this.#over.signal.aborted || this.#socket.readyState !== this.#socket.OPEN) return false;
    this.#socket.send(JSON.stringify(event));
    return true;
  }

  #tell(notice: SpeechNotice): void {
    this.#options.onNotice(notice);
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    if (this.#over.signal.aborted) return;
    let event: RealtimeEvent | undefined;
    try {
      if (isBinary || !Buffer.isBuffer(data)) throw new TypeError('frames are text');
      event = parseRealtimeEvent(JSON.parse(data.toString('utf8')));
    } catch {
      return this.fail(new OracleCallError('ERR_UPSTREAM_MALFORMED'));
    }
    if (event !== undefined) this.#onEvent(event);
  }

  #onEvent(event: RealtimeEvent): void {
    switch (event.type) {
      case 'session.created':
        return void this.#send({ type: 'session.update', session: this.#session });
      case 'session.updated':
        this.#detection = event.session?.audio.input.turn_detection;
        return this.#onTaken();
      case 'input_audio_buffer.speech_started': {
        this.#isUserSpeaking = true;
        // The server answers what is being said, and with it everything else.
        this.#cancel();
        const placeMs = shifted(event.audio_start_ms, this.#detection?.prefix_padding_ms);
        return this.#tell({ kind: 'user-speaks', startedAt: this.#heardAt(placeMs) });
      }
      case 'input_audio_buffer.speech_stopped': {
        this.#isUserSpeaking = false;
        // It answers by itself.
        this.#isAnswering = true;
        this.#isGivenUp = false;
        const silenceMs = this.#detection?.silence_duration_ms;
        const placeMs = shifted(event.audio_end_ms, silenceMs === undefined ? undefined : -silenceMs);
        return this.#tell({ kind: 'user-silent', stoppedAt: this.#heardAt(placeMs) });
      }
      case 'conversation.item.input_audio_transcription.completed':
        return this.#tell({ kind: 'user-words', text: event.transcript.trim() });
      case 'response.created':
        // A second one: the first has ended without a word.
        if (this.#isBegun) this.#isGivenUp = false;
        return this.#onBegun();
      case 'response.output_audio.delta':
        this.#isHeard = true;
        return this.#pass({ kind: 'sound', answerId: event.item_id, samples: samplesOf(event.delta) });
      case 'response.output_audio_transcript.delta':
        return this.#pass({ kind: 'oracle-words', answerId: event.item_id, text: event.delta });
      case 'response.function_call_arguments.done':
        if (this.#isGivenUp) return;
        this.#tools.push(this.#useTool(event.call_id, event.name, event.arguments));
        return;
      case 'response.done':
        return this.#onAnswered(event.response.status);
      case 'error':
        return this.#onError(event.error?.code ?? undefined);
      default:
        event satisfies never;
    }
  }

  #heardAt(placeMs: number | undefined): number | undefined {
    return placeMs === undefined ? undefined : this.#sent.instantOf(placeMs);
  }

  #onTaken(): void {
    if (!this.#isTaken) for (const turn of this.#options.turns ?? []) this.#send(former(turn));
    this.#isTaken = true;
    this.#ready.resolve();
  }

  /** Part of an answer, if it is wanted. */
  #pass(notice: SpeechNotice): void {
    this.#onBegun();
    if (!this.#isGivenUp) this.#tell(notice);
  }

  #onBegun(): void {
    this.#isAnswering = true;
    if (this.#isBegun) return;
    this.#isBegun = true;
    if (this.#isGivenUp) this.#send({ type: 'response.cancel' });
  }

  /** Has everything answered that was not: now, after the answer under way, or together with what the user is saying. */
  #answer(): void {
    if (this.#isUserSpeaking) return;
    if (this.#isAnswering) this.#isAnswerOwed = true;
    else this.#isAnswering = this.#send({ type: 'response.create' });
  }

  /** Nothing more comes of the answer under way, or it does not begin. */
  #endAnswer(): void {
    this.#isAnswering = false;
    this.#isBegun = false;
    this.#isHeard = false;
    this.#isGivenUp = false;
  }

  #answerOwed(): void {
    if (!this.#isAnswerOwed) return;
    this.#isAnswerOwed = false;
    this.#answer();
  }

  #onAnswered(status: string): void {
    // What grew too long, or was filtered, before its first sound is no answer.
    const isEmpty = !this.#isHeard && this.#tools.length === 0;
    const outcome = this.#isGivenUp ? 'cut-off' : outcomeOf(status, isEmpty);
    this.#endAnswer();
    this.#tell({ kind: 'answered', outcome });
    const tools = this.#tools;
    this.#tools = [];
    const generation = this.#generation;
    const speakOn = (): void => {
      if (generation === this.#generation) this.#answer();
    };
    if (tools.length > 0) void Promise.all(tools).then(speakOn);
    this.#answerOwed();
  }

  /** Most errors are about one event and leave the session as it is. */
  #onError(code: string | undefined): void {
    if (code === 'session_expired') return this.fail(new OracleCallError('ERR_UPSTREAM_MODEL', 'The session is over.'));
    // The answer to be cancelled had just ended.
    if (code === 'response_cancel_not_active') return;
    if (code === 'conversation_already_has_active_response') {
      // The wish crossed an answer that the server began by itself: it is made again after that.
      if (!this.#isGivenUp) this.#isAnswerOwed = true;
      this.#isAnswering = true;
    } else if (this.#isAnswering && !this.#isBegun) {
      // Perhaps the answer will not begin. If it was about something else, the next wish comes too early, and is made again.
      this.#endAnswer();
      this.#answerOwed();
    }
    // Before the session stands, an error means that it will not.
    this.#ready.reject(new OracleCallError('ERR_UPSTREAM_REFUSED'));
  }

  async #useTool(callId: string, name: string, argumentsText: string): Promise<void> {
    const { tools, context, approve } = this.#options;
    const { signal } = this.#over;
    const outcome = await tools?.run({ name, argumentsText }, context, { signal, approve }).catch(() => undefined);
    const output = outcome?.text ?? 'There is no such tool.';
    this.#send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id: callId, output } });
  }
}

function outcomeOf(status: string, isEmpty: boolean): AnswerOutcome {
  if (status === 'completed') return 'whole';
  return status === 'failed' || (status === 'incomplete' && isEmpty) ? 'failed' : 'cut-off';
}

/**
 * The place where speech begins or ends in the sound that was sent. What the server names is the piece that it gives to the model: with the padding before the
 * speech, and with the silence after it (reference of `audio_start_ms` and `audio_end_ms`).
 */
const shifted = (placeMs: number | undefined, byMs: number | undefined): number | undefined =>
  placeMs === undefined || byMs === undefined ? undefined : placeMs + byMs;

/** A turn of an earlier session, as text: what was heard is gone. A dash shows that it was broken off. */
function former({ speaker, text: said, isInterrupted }: Turn): object {
  const role = speaker === 'user' ? 'user' : 'assistant';
  const text = isInterrupted === true ? `${said.trimEnd()} —` : said;
  const content = [{ type: speaker === 'user' ? 'input_text' : 'output_text', text }];
  return { type: 'conversation.item.create', item: { type: 'message', role, content } };
}

function samplesOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
  return int16ToFloat(samples);
}

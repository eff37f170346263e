import type { Recogniser, Synthesiser } from '@oracle-calls/agent/speech';
import { RECOGNISER_SAMPLE_RATE } from '@oracle-calls/agent/speech';
import { int16ToFloat, resample } from '@oracle-calls/node-media/pcm';
import { systemClock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import type { WebSocket } from 'ws';
import { clientEventSchema } from './client-events.ts';
import type { ClientEvent, CreatedItem, SessionConfig } from './client-events.ts';
import { createId } from './conversation-items.ts';
import type { ConversationItem, TalkingModel } from './conversation-items.ts';
import { ModelResponse } from './model-response.ts';
import { MODEL_SAMPLE_RATE, SpeechDetector } from './speech-detector.ts';
import type { Detected } from './speech-detector.ts';

export interface SessionDeps {
  readonly recogniser: Pick<Recogniser, 'transcribe'>;
  /** At 24 kHz. */
  readonly synthesiser: Pick<Synthesiser, 'synthesise'>;
  readonly model: TalkingModel;
}

/** One client's conversation, as the API holds it. */
export class RealtimeSession {
  readonly #socket: WebSocket;
  readonly #deps: SessionDeps;
  readonly items: ConversationItem[] = [];
  /** Codes of what the client was told that it did wrong. */
  readonly complaints: string[] = [];
  config: SessionConfig | undefined;
  #detector: SpeechDetector | undefined;
  #response: ModelResponse | undefined;
  /** The item that the speech under way becomes. */
  #spokenId = createId('item');
  #understood: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, deps: SessionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.on('message', (data, isBinary) => this.#onFrame(isBinary || !Buffer.isBuffer(data) ? '' : data.toString()));
    socket.once('close', () => this.#response?.cancel('client_cancelled'));
    this.#send({ type: 'session.created', session: { id: createId('sess'), type: 'realtime' } });
  }

  #send(event: { readonly type: string; readonly [field: string]: unknown }): void {
    if (this.#socket.readyState === this.#socket.OPEN)
      this.#socket.send(JSON.stringify({ event_id: createId('event'), ...event }));
  }

  #complain(code: string): void {
    this.complaints.push(code);
    this.#send({ type: 'error', error: { type: 'invalid_request_error', code } });
  }

  #onFrame(text: string): void {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), clientEventSchema), text);
    if (parsed.success) this.#onEvent(parsed.output);
    else this.#complain('invalid_value');
  }

  #onEvent(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.config = event.session;
        this.#detector ??= new SpeechDetector(event.session.audio.input.turn_detection);
        return this.#send({ type: 'session.updated', session: event.session });
      case 'input_audio_buffer.append':
        for (const found of this.#detector?.push(samplesOf(event.audio)) ?? []) this.#onDetected(found);
        return;
      case 'conversation.item.create':
        return this.#addItem(itemOf(event.item));
      case 'conversation.item.truncate':
        return this.#truncate(event.item_id, event.audio_end_ms);
      case 'response.create':
        return this.#respond();
      case 'response.cancel':
        if (this.#isAnswering) return this.#response?.cancel('client_cancelled');
        return this.#complain('response_cancel_not_active');
      default:
        event satisfies never;
    }
  }

  get #isAnswering(): boolean {
    return this.#response?.isOver === false;
  }

  #onDetected(found: Detected): void {
    if (found.kind === 'started') {
      this.#spokenId = createId('item');
      const place = { audio_start_ms: found.audioStartMs, item_id: this.#spokenId };
      this.#send({ type: 'input_audio_buffer.speech_started', ...place });
      this.#response?.cancel('turn_detected');
      return;
    }
    const id = this.#spokenId;
    this.#send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: found.audioEndMs, item_id: id });
    this.#send({ type: 'input_audio_buffer.committed', item_id: id });
    this.#understood = this.#understand(id, found.samples);
    this.#respond();
  }

  async #understand(id: string, samples: Float32Array): Promise<void> {
    const pcm16k = resample(samples, MODEL_SAMPLE_RATE, RECOGNISER_SAMPLE_RATE);
    const { text } = await this.#deps.recogniser.transcribe(pcm16k);
    this.#addItem({ kind: 'user', id, text });
    if (this.config?.audio.input.transcription === undefined) return;
    const written = { item_id: id, content_index: 0, transcript: text };
    this.#send({ type: 'conversation.item.input_audio_transcription.completed', ...written });
  }

  #respond(): void {
    if (this.#isAnswering) return this.#complain('conversation_already_has_active_response');
    const { synthesiser, model } = this.#deps;
    const response = new ModelResponse({
      synthesiser,
      send: (event) => this.#send(event),
      reply: async () => {
        await this.#understood;
        return model(this.items);
      },
      addItem: (item) => this.#addItem(item),
    });
    this.#response = response;
    // A model that breaks hangs up.
    response.run().catch(() => this.#socket.terminate());
  }

  #truncate(itemId: string, audioEndMs: number): void {
    const item = this.items.find(({ id }) => id === itemId);
    if (item?.kind !== 'oracle') return this.#complain('item_truncate_invalid_item_id');
    if (audioEndMs > item.audioMs) return this.#complain('invalid_audio_end_ms');
    item.truncated = { audioEndMs, at: systemClock.now() };
    this.#send({
      type: 'conversation.item.truncated',
      item_id: itemId,
      content_index: 0,
      audio_end_ms: audioEndMs,
    });
  }

  #addItem(item: ConversationItem): void {
    this.items.push(item);
    this.#send({ type: 'conversation.item.added', item: { id: item.id } });
  }
}

function itemOf(created: CreatedItem): ConversationItem {
  const id = createId('item');
  if (created.type === 'function_call_output') {
    return { kind: 'output', id, callId: created.call_id, output: created.output };
  }
  const { text } = created.content[0];
  return created.role === 'user' ? { kind: 'user', id, text } : { kind: 'oracle', id, text, audioMs: 0 };
}

function samplesOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return int16ToFloat(Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(i * 2)));
}

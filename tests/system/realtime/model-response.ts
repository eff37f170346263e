import { floatToInt16 } from '@oracle-calls/node-media/pcm';
import type { Synthesiser } from '@oracle-calls/agent/speech';
import { systemClock } from '@oracle-calls/protocol';
import { createId } from './conversation-items.ts';
import type { ConversationItem, ModelReply, SpokenItem } from './conversation-items.ts';
import { MODEL_SAMPLE_RATE } from './speech-detector.ts';

/** Sound in one event. */
const DELTA_MS = 100;

export interface ModelResponseOptions {
  readonly synthesiser: Pick<Synthesiser, 'synthesise'>;
  readonly send: (event: { readonly type: string; readonly [field: string]: unknown }) => void;
  /** What to answer, once everything that was said has been understood. */
  readonly reply: () => Promise<ModelReply>;
  readonly addItem: (item: ConversationItem) => void;
}

/** One response: words and sound in pieces, as fast as they are made, or the call of a tool. */
export class ModelResponse {
  readonly id = createId('resp');
  readonly #options: ModelResponseOptions;
  readonly #over = new AbortController();

  constructor(options: ModelResponseOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  async run(): Promise<void> {
    const { send, reply } = this.#options;
    send({ type: 'response.created', response: { id: this.id, status: 'in_progress' } });
    const wanted = await reply();
    if (this.isOver) return;
    if ('call' in wanted) this.#call(wanted.call);
    else await this.#speak(wanted.say);
    this.#end('completed');
  }

  /** Nothing more comes of it. */
  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#end('cancelled', { status_details: { type: 'cancelled', reason } });
  }

  #end(status: 'completed' | 'cancelled', details: object = {}): void {
    if (this.isOver) return;
    this.#over.abort(new Error(status));
    this.#options.send({ type: 'response.done', response: { id: this.id, status, ...details } });
  }

  #call({ name, argumentsText }: { readonly name: string; readonly argumentsText: string }): void {
    const { send, addItem } = this.#options;
    const [id, callId] = [createId('item'), createId('call')];
    addItem({ kind: 'call', id, callId, name });
    const place = { response_id: this.id, item_id: id, output_index: 0, call_id: callId };
    send({ type: 'response.function_call_arguments.delta', ...place, delta: argumentsText });
    send({ type: 'response.function_call_arguments.done', ...place, name, arguments: argumentsText });
  }

  async #speak(sentences: readonly string[]): Promise<void> {
    const { send, synthesiser, addItem } = this.#options;
    const { signal } = this.#over;
    const item: SpokenItem = { kind: 'oracle', id: createId('item'), text: '', audioMs: 0 };
    addItem(item);
    const place = { response_id: this.id, item_id: item.id, output_index: 0, content_index: 0 };
    send({ type: 'response.output_item.added', response_id: this.id, output_index: 0, item: { id: item.id } });
    for (const sentence of sentences) {
      const samples = await synthesiser.synthesise(sentence, { signal }).catch(() => undefined);
      if (this.isOver || samples === undefined) return;
      item.text += `${sentence} `;
      send({ type: 'response.output_audio_transcript.delta', ...place, delta: `${sentence} ` });
      const size = (MODEL_SAMPLE_RATE * DELTA_MS) / 1_000;
      for (let at = 0; at < samples.length; at += size) {
        const piece = floatToInt16(samples.slice(at, at + size));
        item.soundsSince ??= systemClock.now();
        item.audioMs += (1_000 * piece.length) / MODEL_SAMPLE_RATE;
        const delta = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('base64');
        send({ type: 'response.output_audio.delta', ...place, delta });
      }
    }
    send({ type: 'response.output_audio.done', ...place });
    send({ type: 'response.output_audio_transcript.done', ...place, transcript: item.text });
  }
}

import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { voice } from '@livekit/agents';

/** The framework's way in for sound: only streams that were handed over, after the job checked whose they are. */
export class UserEars extends voice.AudioInput {
  #inputId: string | undefined;

  /** Listens to this stream from now on, and to no other. */
  async listenTo(stream: ReadableStream<AudioFrame>): Promise<void> {
    await this.stopListening();
    this.#inputId = this.multiStream.addInputStream(stream);
  }

  async stopListening(): Promise<void> {
    const inputId = this.#inputId;
    this.#inputId = undefined;
    if (inputId !== undefined) await this.multiStream.removeInputStream(inputId);
  }
}

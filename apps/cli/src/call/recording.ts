import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { floatToInt16, wavHeader } from '@oracle-calls/node-media/pcm';
import type { HeardSound } from '@oracle-calls/node-media/sdk';

/** The oracle's voice in a WAVE file, written as it is heard: a call may last for hours. The file is for its owner alone. */
export class Recording implements AsyncDisposable {
  readonly #file: FileHandle;
  #sampleRate: number | undefined;
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Replaces what is there. @throws what the operating system says */
  static async open(path: string): Promise<Recording> {
    const file = await open(path, 'w', 0o600);
    // A file that was there keeps its mode otherwise.
    await file.chmod(0o600);
    const recording = new Recording(file);
    await file.write(wavHeader(0, 1), 0, undefined, 0);
    return recording;
  }

  add({ samples, sampleRate }: Pick<HeardSound, 'samples' | 'sampleRate'>): void {
    this.#sampleRate ??= sampleRate;
    const pcm = Buffer.from(floatToInt16(samples).buffer);
    const at = wavHeader(0, 1).length + this.#bytes;
    this.#bytes += pcm.length;
    this.#last = this.#last
      .then(async () => void (await this.#file.write(pcm, 0, pcm.length, at)))
      // Told when it is closed: a full disk does not end the call.
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      });
  }

  /** @throws what the operating system said while it was written */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    try {
      const header = wavHeader(this.#bytes, this.#sampleRate ?? 48_000);
      await this.#file.write(header, 0, header.length, 0);
    } finally {
      await this.#file.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}

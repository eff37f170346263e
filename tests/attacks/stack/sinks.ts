import type { Page } from 'playwright-core';
import { bytesHaveKey } from '../../system/planted-keys.ts';
import type { TappedExchange } from './http-tap.ts';

/** Where a call leaves bytes that others may read. */
export type SinkName =
  | 'http of the page'
  | 'http of the backend'
  | 'http of the agent'
  | 'signalling of the page'
  | 'signalling of the agent';

/** Everything that went past while a call was made, to be searched afterwards. */
export class Sinks {
  readonly #contents = new Map<SinkName, Buffer[]>();
  /** Answers whose bodies the browser has not handed over yet. */
  readonly #pending: Promise<void>[] = [];

  add(name: SinkName, ...contents: readonly (string | Uint8Array)[]): void {
    const kept = this.#contents.get(name) ?? [];
    this.#contents.set(name, kept);
    kept.push(...contents.map((content) => Buffer.from(content)));
  }

  addExchange(name: SinkName, { head, body, answerHead, answerBody }: TappedExchange): void {
    this.add(name, head, body, answerHead, answerBody);
  }

  /** Listens to a page's requests from now on, until the page is closed. */
  watchPage(page: Page): void {
    page.on('request', (request) => {
      this.add('http of the page', request.url(), JSON.stringify(request.headers()), request.postDataBuffer() ?? '');
    });
    page.on('response', (response) => {
      // An answer that nobody waited for, such as the sync at the end, has no body to read.
      const reading = response.body().then(
        (body) => this.add('http of the page', JSON.stringify(response.headers()), body),
        () => undefined,
      );
      this.#pending.push(reading);
    });
  }

  /** Waits for what is still being read. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** Which sinks have these bytes, in hex, in any spelling. */
  having(keysHex: readonly string[]): SinkName[] {
    return [...this.#contents]
      .filter(([, contents]) => contents.some((content) => bytesHaveKey(content, keysHex)))
      .map(([name]) => name);
  }

  /** Which sinks have this text. */
  mentioning(text: string): SinkName[] {
    return [...this.#contents]
      .filter(([, kept]) => kept.some((content) => content.includes(text)))
      .map(([name]) => name);
  }
}

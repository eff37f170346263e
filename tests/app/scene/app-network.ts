import type { ClientPart, Stack } from '../../../dev/stack/stack.ts';
import { openRelay, type Relay } from './relay.ts';

/**
 * The ways from the browsers to the servers. Backend and agent have ways of their own, so that what is cut here is cut for
 * people alone; only the SFU's media, which go by UDP and past every relay, stop for everybody.
 */
export class AppNetwork implements AsyncDisposable {
  readonly #relays = new Map<ClientPart, Relay>();

  /** Puts a relay before a part, when the stack says where the part is; to be given to `startStack`. */
  readonly clientUrl = async (part: ClientPart, url: string): Promise<string> => {
    const relay = await openRelay(url);
    this.#relays.set(part, relay);
    return relay.url;
  };

  /** Cuts the ways to these parts, until the result is disposed. */
  cut(...parts: readonly ClientPart[]): Disposable {
    const cuts = new DisposableStack();
    for (const part of parts) cuts.use(this.#relay(part).cut());
    return cuts;
  }

  /** Cuts the way to the SFU and makes it say nothing to anybody: no signal, no media. Mended when the result is disposed. */
  cutMedia(stack: Stack): Disposable {
    const { livekit } = stack.pids();
    const cuts = new DisposableStack();
    process.kill(livekit, 'SIGSTOP');
    cuts.defer(() => process.kill(livekit, 'SIGCONT'));
    cuts.use(this.#relay('sfu').cut());
    return cuts;
  }

  /** Everything that a person's network carries, until the result is disposed. */
  cutAll(stack: Stack): Disposable {
    const cuts = new DisposableStack();
    cuts.use(this.cutMedia(stack));
    cuts.use(this.cut('homeserver', 'backend'));
    return cuts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#relays.values()].map((relay) => relay[Symbol.asyncDispose]()));
  }

  #relay(part: ClientPart): Relay {
    const relay = this.#relays.get(part);
    if (relay === undefined) throw new Error(`There is no relay before the ${part}.`);
    return relay;
  }
}

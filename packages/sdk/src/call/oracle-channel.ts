import { OracleCallError } from '@oracle-calls/protocol';
import type { ControlPayload, DataPayload } from '@oracle-calls/protocol/data-frame';
import type { SfuConnection } from '../media/sfu-port.ts';
import type { OracleLink } from '../strict/oracle-link.ts';

/** Frames that wait for the link: until the call has an id, no offer can be checked. Agents offer again, so few are enough. */
export const HELD_FRAMES_MAX = 32;

type WithoutId<P> = P extends DataPayload ? Omit<P, 'id'> : never;

/** What can be said to the oracle; the id comes with the sending. */
export type Saying = WithoutId<DataPayload>;

/** Carries the frames of one call between its connection and its link. */
export class OracleChannel implements Disposable {
  readonly #observation: Disposable;
  #held: { readonly frame: Uint8Array; readonly from: string | undefined }[] = [];
  #open: { readonly link: OracleLink; readonly createId: () => string } | undefined;
  #isClosed = false;

  constructor(connection: SfuConnection) {
    this.#observation = connection.observe((notice) => {
      if (notice.kind === 'frame') this.#take(notice.frame, notice.participantIdentity);
    });
  }

  /** Hands over what was held, and from now on everything. */
  open(link: OracleLink, createId: () => string): void {
    if (this.#isClosed) {
      link.close();
      return;
    }
    this.#open = { link, createId };
    const held = this.#held;
    this.#held = [];
    for (const { frame, from } of held) link.receive(frame, from);
  }

  /**
   * Says something. What must arrive waits for the link's keys.
   *
   * @throws {OracleCallError} `ERR_KEY_MISSING` before there is a link, `ERR_DATA_*` for what cannot be said
   */
  async say(saying: Saying): Promise<void> {
    if (this.#open === undefined) throw new OracleCallError('ERR_KEY_MISSING', 'The call is not that far yet.');
    const { link, createId } = this.#open;
    await link.send({ ...saying, id: createId() });
  }

  /** Says what is worth trying and not worth failing for. */
  async mention(control: WithoutId<ControlPayload>): Promise<void> {
    await this.say(control).catch(() => undefined);
  }

  async requestRekey(): Promise<void> {
    await this.#open?.link.requestRekey().catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#observation[Symbol.dispose]();
    this.#held = [];
    this.#open?.link.close();
    this.#open = undefined;
  }

  #take(frame: Uint8Array, from: string | undefined): void {
    if (this.#open !== undefined) this.#open.link.receive(frame, from);
    // Copied: the bytes are the connection's, which may use them again.
    else if (this.#held.length < HELD_FRAMES_MAX) this.#held.push({ frame: frame.slice(), from });
  }
}

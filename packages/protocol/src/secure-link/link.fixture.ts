import { FakeClock } from '@oracle-calls/testing/clock';
import { createPayloadId, type ChatPayload, type DataPayload } from '../data-frame/payload.ts';
import type { OracleCallError } from '../errors/oracle-call-error.ts';
import { readFrameHeader, type FrameKind } from '../frame/frame-header.ts';
import { AGENT, testCall, USER } from '../handshake/call.fixture.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { AgentLink } from './agent-link.ts';
import type { FrameKeys } from './frame-keys.ts';
import type { ConfirmedAttempt, DeclaredHearing } from './link-events.ts';
import { UserLink } from './user-link.ts';

/** Media keys as one end holds them: hex by slot. */
export class NotedFrameKeys implements FrameKeys {
  readonly receiving = new Map<number, { readonly identity: string; readonly keyHex: string }>();
  readonly sendingKeys = new Map<number, string>();
  sendingSlot: number | undefined;
  failure: OracleCallError | undefined;

  async installReceiving(identity: string, slot: number, key: SecretBytes): Promise<void> {
    await this.#fail();
    this.receiving.set(slot, { identity, keyHex: hex(key) });
  }

  async switchSending(slot: number, key: SecretBytes): Promise<void> {
    await this.#fail();
    this.sendingKeys.set(slot, hex(key));
    this.sendingSlot = slot;
  }

  async retire(slot: number): Promise<void> {
    await this.#fail();
    this.receiving.delete(slot);
    this.sendingKeys.delete(slot);
  }

  /** The key under which frames leave now. */
  get sendingKey(): string | undefined {
    return this.sendingSlot === undefined ? undefined : this.sendingKeys.get(this.sendingSlot);
  }

  async #fail(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
  }
}

const hex = (key: SecretBytes): string => Buffer.from(key.expose()).toString('hex');

/** What an end was told, as short texts and values. */
export interface Told {
  readonly events: string[];
  readonly payloads: DataPayload[];
  readonly attempts: ConfirmedAttempt[];
  /** With the key under which frames left at that moment. */
  readonly declarations: (DeclaredHearing & { readonly sendingKey: string | undefined })[];
}

export interface LinkScene {
  readonly clock: FakeClock;
  readonly user: UserLink;
  readonly agent: AgentLink;
  readonly userKeys: NotedFrameKeys;
  readonly agentKeys: NotedFrameKeys;
  readonly toldUser: Told;
  readonly toldAgent: Told;
  /** Kinds of the frames that were handed to the network, in order. */
  readonly sent: FrameKind[];
  /** Decides which frames the network loses; none unless told. */
  lose: (kind: FrameKind) => boolean;
  begin(attempt?: number): Promise<void>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
  advance(byMs: number): Promise<void>;
}

/** Both ends of one call with a network between them that a test can make lossy. */
export function linkScene(options: { readonly rekeyIntervalMs?: number } = {}): LinkScene {
  const clock = new FakeClock();
  const { userOptions, agentOptions } = testCall();
  const told = (): Told => ({ events: [], payloads: [], attempts: [], declarations: [] });
  const [toldUser, toldAgent] = [told(), told()];
  const [userKeys, agentKeys] = [new NotedFrameKeys(), new NotedFrameKeys()];
  const sent: FrameKind[] = [];
  const eventsOf = ({ events, payloads, attempts, declarations }: Told, keys: NotedFrameKeys) => ({
    declared: (declared: DeclaredHearing) => void declarations.push({ ...declared, sendingKey: keys.sendingKey }),
    confirmed: (attempt: ConfirmedAttempt) =>
      void (events.push(`confirmed ${attempt.attempt}`), attempts.push(attempt)),
    superseded: () => void events.push('superseded'),
    peerReady: () => void events.push('peerReady'),
    rekeyed: (epoch: number) => void events.push(`rekeyed ${epoch}`),
    payload: (payload: DataPayload) => void payloads.push(payload),
    refused: (error: OracleCallError, by: string | undefined) => void events.push(`refused ${error.code} of ${by}`),
    failed: (error: OracleCallError) => void events.push(`failed ${error.code}`),
    stalled: () => void events.push('stalled'),
  });
  const carry = (deliver: (frame: Uint8Array, from: string) => void, from: string) => async (frame: Uint8Array) => {
    const { kind } = readFrameHeader(frame);
    sent.push(kind);
    if (!scene.lose(kind)) deliver(frame, from);
  };
  const user = new UserLink({
    clock,
    frameKeys: userKeys,
    events: eventsOf(toldUser, userKeys),
    handshake: userOptions,
    send: carry((frame, from) => agent.receive(frame, from), USER),
  });
  const agent = new AgentLink({
    clock,
    frameKeys: agentKeys,
    events: eventsOf(toldAgent, agentKeys),
    handshake: agentOptions,
    send: carry((frame, from) => user.receive(frame, from), AGENT),
    ...options,
  });
  const scene: LinkScene = {
    clock,
    user,
    agent,
    userKeys,
    agentKeys,
    toldUser,
    toldAgent,
    sent,
    lose: () => false,
    begin: (attempt = 1) => agent.begin({ attempt, userIdentity: USER, agentIdentity: AGENT }),
    async settle() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet = pendingCrypto === 0 ? quiet + 1 : 0) await clock.settle();
    },
    async advance(byMs) {
      for (let at = 0; at < byMs; at += STEP_MS) {
        await clock.advance(Math.min(STEP_MS, byMs - at));
        await this.settle();
      }
    },
  };
  return scene;
}

/** Turns of the event loop without WebCrypto at work after which nothing more happens by itself. */
const QUIET_TURNS = 3;

let pendingCrypto = 0;
for (const name of ['encrypt', 'decrypt', 'importKey'] as const) {
  const call = crypto.subtle[name].bind(crypto.subtle) as (...args: unknown[]) => Promise<unknown>;
  // WebCrypto works on threads of its own, at the machine's pace: tests wait for it, not for a number of turns.
  Reflect.set(crypto.subtle, name, async (...args: unknown[]) => {
    pendingCrypto += 1;
    try {
      return await call(...args);
    } finally {
      pendingCrypto -= 1;
    }
  });
}

/** Time moves in steps, so that what a timer starts has ended when the next one fires. */
const STEP_MS = 100;

export function chat(text: string): ChatPayload {
  return { id: createPayloadId(), kind: 'chat', text, sentAt: 1 };
}

/** A scene whose first attempt is confirmed. */
export async function confirmedScene(options: { readonly rekeyIntervalMs?: number } = {}): Promise<LinkScene> {
  const scene = linkScene(options);
  await scene.begin();
  await scene.settle();
  return scene;
}

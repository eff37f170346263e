import { BearerSecret, type CallId, type Did, type EndReason, type SfuRoomName } from '@oracle-calls/protocol';
import type { CallRecord } from '@oracle-calls/protocol/http';
import type { BackendClient, CallRequestOptions, SfuInvitation } from '@oracle-calls/sdk';

/** The request that reached the backend. */
export type FakeBackendRequest =
  | { readonly kind: 'prepare' }
  | { readonly kind: 'joinToken'; readonly sfuRoomName: SfuRoomName; readonly oracleDid: Did }
  | { readonly kind: 'sync'; readonly callId: CallId; readonly sessionId: string }
  | { readonly kind: 'end'; readonly callId: CallId; readonly reason: EndReason }
  | { readonly kind: 'ask'; readonly method: 'GET' | 'DELETE'; readonly path: string };

type Answer = () => Promise<void>;

/** A backend that notes what it is asked. `hold` and `refuse` script the next answers of one kind. */
export class FakeBackendClient implements BackendClient {
  readonly requests: FakeBackendRequest[] = [];
  /** What `ask` answers. */
  answer: unknown = {};
  /** The trace that each request of a call named. */
  readonly traceparents: string[] = [];
  readonly #answers = new Map<FakeBackendRequest['kind'], Answer>();

  /** Keeps requests of this kind waiting until released. */
  hold(kind: FakeBackendRequest['kind']): { release(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answers.set(kind, () => promise);
    return { release: resolve };
  }

  /** Refuses requests of this kind from now on. */
  refuse(kind: FakeBackendRequest['kind'], error: Error): void {
    this.#answers.set(kind, () => Promise.reject(error));
  }

  async prepare({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    await this.#take({ kind: 'prepare' }, signal);
  }

  async requestJoinToken(
    sfuRoomName: SfuRoomName,
    oracleDid: Did,
    { signal, traceparent }: CallRequestOptions,
  ): Promise<SfuInvitation> {
    this.#trace(traceparent);
    await this.#take({ kind: 'joinToken', sfuRoomName, oracleDid }, signal);
    return {
      url: 'ws://127.0.0.1:7880',
      joinToken: new BearerSecret('fake-join-token', 'join token'),
      identity: 'caller',
    };
  }

  async syncCall(callId: CallId, sessionId: string, { signal, traceparent }: CallRequestOptions): Promise<CallRecord> {
    this.#trace(traceparent);
    await this.#take({ kind: 'sync', callId, sessionId }, signal);
    const did = 'did:example:fake' as Did;
    return {
      callId,
      callType: 'audio',
      callStatus: 'active',
      callStartedAt: '2026-01-01T10:00:00.000Z',
      sessionId,
      userDid: did,
      oracleDid: did,
    };
  }

  async endCall(callId: CallId, reason: EndReason, { signal, traceparent }: CallRequestOptions): Promise<void> {
    this.#trace(traceparent);
    await this.#take({ kind: 'end', callId, reason }, signal);
  }

  async ask(method: 'GET' | 'DELETE', path: string, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    await this.#take({ kind: 'ask', method, path }, signal);
    return this.answer;
  }

  /** The requests of one kind. */
  of<K extends FakeBackendRequest['kind']>(kind: K): Extract<FakeBackendRequest, { kind: K }>[] {
    return this.requests.filter(
      (request): request is Extract<FakeBackendRequest, { kind: K }> => request.kind === kind,
    );
  }

  #trace(traceparent: string | undefined): void {
    if (traceparent !== undefined) this.traceparents.push(traceparent);
  }

  async #take(request: FakeBackendRequest, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.requests.push(request);
    const answer = this.#answers.get(request.kind);
    if (answer === undefined) return;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([answer(), aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

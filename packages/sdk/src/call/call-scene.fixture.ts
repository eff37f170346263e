import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  createCallId,
  OracleCallError,
  parseCallEvent,
  silentLogger,
  type CallId,
  type Did,
  type EndReason,
  type Logger,
  type MatrixEventId,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import {
  FakeBackendClient,
  FakeClock,
  FakeDevices,
  FakeMatrixAccount,
  FakeSfu,
  type FakeSfuOptions,
} from '@oracle-calls/testing';
import { createOracleCallsCore, type OracleCallsCoreDeps } from '../oracle-calls-core.ts';
import { MemoryKeyPins } from '../key-pins/key-pin-store.ts';
import { OracleSide } from './oracle-side.ts';
import * as keyRules from '../key-pins/key-rules.ts';
import type { ResolvedOracle } from '../oracle/oracle-directory.ts';
import type { TabStorage } from '../session/interrupted-calls.ts';
import type { CallNotice } from './notices.ts';
import type { OracleCall } from './oracle-call.ts';
import { namedSigner, oracleKeysOf, ScriptedProtocol } from './scripted-protocol.fixture.ts';

export const ALICE = '@alice:localhost' as MatrixUserId;
export const ORACLE = '@oracle:localhost' as MatrixUserId;
export const MALLORY = '@mallory:localhost' as MatrixUserId;
export const ROOM = '!room:localhost' as MatrixRoomId;
export const ORACLE_DID = 'did:ixo:oracle456' as Did;
export const USER_DID = 'did:ixo:user123' as Did;

/** A step that a test holds back, lets go or breaks. */
export interface Gate {
  open(): void;
  fail(error: Error): void;
}

/** A caller's account with steps that can be held. */
export class CallerAccount extends FakeMatrixAccount {
  readonly roomsAskedFor: MatrixUserId[] = [];
  /** Who shows another identity than at first; nothing is sent to them until that is approved. */
  readonly changedIdentities = new Set<MatrixUserId>();
  /** What the newest attempt to send was told to stop at. */
  sendSignal: AbortSignal | undefined;
  #room: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();

  holdRoom(): Gate {
    const gate = createGate();
    this.#room = gate.passed;
    return gate;
  }

  holdSending(): Gate {
    const gate = createGate();
    this.#sending = gate.passed;
    return gate;
  }

  override async findOrCreateRoom(
    peer?: MatrixUserId,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<MatrixRoomId> {
    if (peer !== undefined) this.roomsAskedFor.push(peer);
    await this.#room;
    options.signal?.throwIfAborted();
    return ROOM;
  }

  override async sendEvent(...args: Parameters<FakeMatrixAccount['sendEvent']>): Promise<MatrixEventId> {
    this.sendSignal = args[3].signal;
    if (this.changedIdentities.has(args[3].peer)) throw new OracleCallError('ERR_MATRIX_IDENTITY_CHANGED');
    // Like a homeserver that has the event but whose answer is slow.
    const eventId = await super.sendEvent(...args);
    await this.#sending;
    return eventId;
  }

  override async approveChangedIdentity(peer: MatrixUserId): Promise<void> {
    await super.approveChangedIdentity(peer);
    this.changedIdentities.delete(peer);
  }

  /** Contents of the call's edits, oldest first. */
  get edits(): Record<string, unknown>[] {
    return this.sent.flatMap(({ content }) =>
      'm.new_content' in content ? [content['m.new_content'] as Record<string, unknown>] : [],
    );
  }
}

function createGate(): Gate & { readonly passed: Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined);
  return { passed: promise, open: resolve, fail: reject };
}

export class MemoryStorage implements TabStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

export interface SceneOptions extends FakeSfuOptions {
  readonly storage?: MemoryStorage;
  readonly keyPins?: MemoryKeyPins;
  readonly deps?: Partial<OracleCallsCoreDeps>;
  readonly logger?: Logger;
}

/** Everything around a call, faked, with the call's own notices written down. */
export function createScene({
  storage = new MemoryStorage(),
  keyPins = new MemoryKeyPins(),
  deps = {},
  logger = silentLogger,
  ...sfuOptions
}: SceneOptions = {}) {
  const clock = new FakeClock();
  const matrix = new CallerAccount(ALICE, clock);
  const sfu = new FakeSfu(sfuOptions);
  const devices = new FakeDevices();
  const backend = new FakeBackendClient();
  const resolved: string[] = [];
  const protocol = new ScriptedProtocol();
  /** What the oracle's document shows; a test changes it. */
  const shown: { keys: ResolvedOracle['keys']; keyRotations: readonly string[]; matrixUserId: MatrixUserId } = {
    keys: oracleKeysOf(ORACLE_DID, 'a'),
    matrixUserId: ORACLE,
    keyRotations: [],
  };
  const core = createOracleCallsCore({
    matrix,
    sfu,
    devices,
    clock,
    logger,
    resolveOracle: async (did, { signal }) => {
      signal.throwIfAborted();
      resolved.push(did);
      return { did, backendUrl: 'http://127.0.0.1:8080', ...shown };
    },
    createBackendClient: () => backend,
    loadProtocol: async () => protocol,
    loadKeyRules: async () => keyRules,
    loadOracleSide: async () => OracleSide,
    keyPins,
    signer: async () => namedSigner(USER_DID),
    tabStorage: storage,
    ...deps,
  });

  const notices: CallNotice[] = [];
  const placeCall = (signal?: AbortSignal, type: 'audio' | 'video' = 'audio'): OracleCall => {
    const placed = core.callOracle({ type, oracleDid: ORACLE_DID, sessionId: 'session-1' }, { signal });
    placed.observe((notice) => notices.push(notice));
    return placed;
  };

  /** Places a call and brings it to life. */
  const liveCall = async (signal?: AbortSignal): Promise<OracleCall> => {
    const placed = placeCall(signal);
    await clock.settle();
    sfu.last.join('agent-1');
    protocol.link.confirm('agent-1');
    sfu.last.speak('agent-1');
    await clock.settle();
    if (placed.state.kind !== 'Live') throw new Error(`The call is ${placed.state.kind}.`);
    return placed;
  };

  /** The room that the call event names. */
  const sfuRoomName = (): SfuRoomName => parseCallEvent(matrix.sent[0]?.content).roomId;

  /** The oracle's account says something about the call; the overrides forge it. */
  const answer = (
    content: { callId?: CallId | undefined; callStatus: 'active' | 'ended'; endReason?: EndReason },
    { sender = ORACLE, room = ROOM, about }: { sender?: MatrixUserId; room?: MatrixRoomId; about?: MatrixEventId } = {},
  ): void => {
    const eventId = about ?? matrix.sent[0]?.eventId;
    if (eventId === undefined) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
    matrix.receive({
      matrixRoomId: room,
      sender,
      type: CALL_EVENT_TYPE,
      content: {
        callId: createCallId(eventId, sfuRoomName()),
        ...content,
        'm.relates_to': { rel_type: 'm.reference', event_id: eventId },
      },
    });
  };

  /** What is still open of a call; nothing after it has ended. */
  const leftOpen = (): string[] => [
    ...(devices.on > 0 ? [`${devices.on} devices`] : []),
    ...sfu.connections.filter(({ phase }) => phase !== 'closed').map(({ phase }) => `SFU ${phase}`),
    ...(matrix.listenerCount > 0 ? [`${matrix.listenerCount} Matrix listeners`] : []),
    ...(clock.pendingTimers > 0 ? [`${clock.pendingTimers} timers`] : []),
    ...(core.currentCall === undefined ? [] : ['current call']),
    ...protocol.links.filter(({ isClosed }) => !isClosed).map(() => 'a link'),
    ...protocol.secrets.filter(({ isDestroyed }) => !isDestroyed).map(() => 'secrets'),
  ];

  return {
    core,
    clock,
    matrix,
    sfu,
    devices,
    backend,
    storage,
    resolved,
    protocol,
    shown,
    keyPins,
    notices,
    placeCall,
    liveCall,
    answer,
    sfuRoomName,
    leftOpen,
  };
}

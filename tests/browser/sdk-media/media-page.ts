import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix';
import {
  BearerSecret,
  parseCallEvent,
  SecretBytes,
  silentLogger,
  systemClock,
  type CallId,
  type Did,
  type Logger,
} from '@oracle-calls/protocol';
import {
  createOracleCallsCore,
  createRawKeySigner,
  loadStrictProtocol,
  MemoryKeyPins,
  type CallSecurity,
  type CallNotice,
  type CallState,
  type CallStatistics,
  type OracleCall,
} from '@oracle-calls/sdk';
import { AudioGraph, createBrowserDevices, createLiveKitSfu } from '@oracle-calls/sdk/media';
import { FakeMatrixAccount } from '@oracle-calls/testing/matrix-account';
import { PaperMachine } from './paper-machine.ts';
import { toneShare } from './tone.ts';

/*
 * The SDK's core with its real media (LiveKit, end-to-end encryption worker, WebAudio, microphone) and with Matrix and the backend
 * faked in the page: what is tested here is what is heard.
 */

export interface PlaceOptions {
  readonly url: string;
  readonly identity: string;
  /** Tone that this side's microphone hears. */
  readonly toneHz: number;
  /** What the oracle's document shows. */
  readonly oracle: OracleKeysHex;
}

export interface OracleKeysHex {
  readonly identityKey: string;
  readonly envelopeKey: string;
}

/** What the oracle's side learns of a call in life: from the event and from the user's DID. */
export interface PlacedCall {
  readonly envelopeHex: string;
  readonly callId: string;
  readonly sfuRoomName: string;
  readonly sessionId: string;
  readonly matrixRoomId: string;
  readonly matrixSender: string;
  readonly matrixOracle: string;
  readonly user: { readonly did: string; readonly methodId: string; readonly publicKeyHex: string };
}

/** What the test sees of the page. */
export interface MediaPage {
  place(options: PlaceOptions): void;
  /** The call once it was announced. */
  placed(): PlacedCall | undefined;
  security(): CallSecurity;
  state(): { readonly kind: CallState['kind']; readonly reason?: string; readonly code?: string };
  notices(): readonly string[];
  timeline(): Readonly<Record<string, number>>;
  statistics(): Promise<CallStatistics>;
  /** How much of what the oracle's track plays right now is this tone. */
  oracleTone(toneHz: number): number;
  /** Looks at the oracle's tone from now on. */
  watchTone(toneHz: number): void;
  /** The longest time since `watchTone` in which the oracle's track played and not this tone, in ms. */
  longestGapMs(): number;
  /** Epochs that the SDK has gone on to, oldest first. */
  epochs(): readonly number[];
  plugIn(device: Parameters<PaperMachine['plugIn']>[0]): void;
  unplug(deviceId: string): void;
  /** Ids of devices whose light is on. */
  lights(): readonly string[];
  choose(kind: 'microphone' | 'camera', deviceId: string): Promise<void>;
  setMicrophone(isEnabled: boolean): Promise<void>;
  setCamera(isEnabled: boolean): Promise<void>;
  setScreen(isShared: boolean): Promise<void>;
  /** Presses the button in the browser's own bar over a shared screen. */
  stopScreen(): void;
  enabled(): { readonly microphone: boolean; readonly camera: boolean; readonly screen: boolean };
  /** The level of the newest `quality` notice. */
  quality(): string | undefined;
  endCall(): Promise<void>;
  /** What the browser still has open. */
  open(): {
    readonly workers: number;
    readonly peerConnections: number;
    readonly devices: number;
    readonly playing: number;
  };
}

declare global {
  interface Window {
    mediaPage: MediaPage;
    /** Given by the test, which holds the SFU's secret. */
    requestJoinToken(sfuRoomName: string): Promise<string>;
  }
}

const workers = new Set<Worker>();
const peerConnections = new Set<RTCPeerConnection>();
const players = new Set<HTMLAudioElement>();

globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    peerConnections.add(this);
  }
};
globalThis.Audio = class extends Audio {
  constructor(source?: string) {
    super(source);
    players.add(this);
  }
};

function makeWorker(): Worker {
  const worker = new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' });
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    workers.delete(worker);
    terminate();
  };
  workers.add(worker);
  return worker;
}

class Alice extends FakeMatrixAccount {
  override async findOrCreateRoom(): Promise<MatrixRoomId> {
    return ROOM;
  }
}

const ORACLE_DID = 'did:ixo:oracle456' as Did;
const ORACLE = '@oracle:localhost' as MatrixUserId;
const ROOM = '!room:localhost' as MatrixRoomId;

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const matrix = new Alice('@alice:localhost' as MatrixUserId, systemClock);
const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey: SecretBytes.random(32, 'user key of the test') });
const audioGraph = new AudioGraph();
/** A look takes some 85 ms of sound. */
const LOOK_EVERY_MS = 50;
/** Share of a tone that counts as heard. */
const HEARD = 0.6;
const told: string[] = [];
const machine = new PaperMachine([], () => audioGraph.open());
const devices = createBrowserDevices({ audioGraph, mediaDevices: machine });
let call: OracleCall | undefined;
let analyser: AnalyserNode | undefined;
const epochs: number[] = [];
let longestGapMs = 0;
let quality: string | undefined;
let screen: MediaStreamTrack | undefined;

function placed(): OracleCall {
  if (call === undefined) throw new Error('No call was placed.');
  return call;
}

function hear(notice: CallNotice): void {
  if (notice.kind === 'quality') quality = notice.quality.level;
  if (notice.kind === 'device') told.push(`${notice.change} ${notice.device}`);
  if (notice.kind === 'localTrackEnded') told.push(`ended ${notice.source} ${notice.cause}`);
  if (notice.kind === 'localTrack' && notice.track.source === 'screen') screen = notice.track.mediaStreamTrack;
  const about = 'participantIdentity' in notice ? ` ${notice.participantIdentity}` : '';
  const code = notice.kind === 'error' ? ` ${notice.error.code}` : '';
  told.push(`${notice.kind}${about}${code}`);
  if (notice.kind !== 'remoteTrack' || notice.track.mediaStreamTrack === undefined) return;
  const context = audioGraph.open();
  analyser = new AnalyserNode(context, { fftSize: 4096 });
  context.createMediaStreamSource(new MediaStream([notice.track.mediaStreamTrack])).connect(analyser);
}

/** The only way in which the SDK tells of renewed keys: nothing of a call changes by them. */
const logger: Logger = {
  ...silentLogger,
  info(message, fields) {
    if (message === 'the call goes on under new keys') epochs.push(Number(fields?.['epoch']));
  },
};

function oracleTone(toneHz: number): number {
  if (analyser === undefined) return 0;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return toneShare(samples, analyser.context.sampleRate, toneHz);
}

window.mediaPage = {
  place({ url, identity, toneHz, oracle }) {
    machine.plugIn({ kind: 'audioinput', deviceId: 'fork', label: 'Tuning fork', toneHz });
    const core = createOracleCallsCore({
      matrix,
      sfu: createLiveKitSfu({ e2eeWorker: makeWorker, audioGraph, logger: silentLogger }),
      devices,
      clock: systemClock,
      logger,
      resolveOracle: async (did) => ({
        did,
        matrixUserId: ORACLE,
        backendUrl: 'http://127.0.0.1:1',
        keyRotations: [],
        keys: {
          did,
          envelopeKey: { methodId: `${did}#envelope`, suite: 'hpke-x25519', publicKey: bytesOf(oracle.envelopeKey) },
          identityKey: { methodId: `${did}#identity`, algorithm: 'Ed25519', publicKey: bytesOf(oracle.identityKey) },
          areIndependent: true,
          offersXWing: false,
        },
      }),
      createBackendClient: () => ({
        prepare: async () => undefined,
        async requestJoinToken(room) {
          return { url, joinToken: new BearerSecret(await window.requestJoinToken(room), 'join token'), identity };
        },
        syncCall: async (callId: CallId) => ({
          callId,
          callType: 'audio',
          callStatus: 'active',
          callStartedAt: new Date().toISOString(),
          sessionId: 'session-1',
          userDid: signer.did,
          oracleDid: ORACLE_DID,
        }),
        endCall: async () => undefined,
        ask: async () => ({ calls: [] }),
      }),
      loadProtocol: loadStrictProtocol,
      keyPins: new MemoryKeyPins(),
      signer: async () => signer,
      tabStorage: undefined,
    });
    call = core.callOracle({ type: 'audio', oracleDid: ORACLE_DID });
    call.observe(hear);
  },
  placed() {
    const { callId, sessionId } = placed();
    const [event] = matrix.sent;
    if (callId === undefined || event === undefined) return undefined;
    const { encryptionKey, roomId } = parseCallEvent(event.content);
    return {
      envelopeHex: encryptionKey,
      callId,
      sfuRoomName: roomId,
      sessionId,
      matrixRoomId: ROOM,
      matrixSender: matrix.userId,
      matrixOracle: ORACLE,
      user: { did: signer.did, methodId: signer.methodId, publicKeyHex: hex(signer.publicKey) },
    };
  },
  security: () => placed().security,
  state() {
    const { state } = placed();
    return {
      kind: state.kind,
      ...('reason' in state ? { reason: state.reason } : {}),
      ...('error' in state && state.error !== undefined ? { code: state.error.code } : {}),
    };
  },
  notices: () => told,
  timeline: () => ({ ...placed().timeline }),
  statistics: () => placed().statistics(),
  oracleTone,
  watchTone(toneHz) {
    let goneSince: number | undefined;
    // A look that comes late says nothing of the time before it: only looks that find no tone make a gap.
    setInterval(() => {
      goneSince = oracleTone(toneHz) > HEARD ? undefined : (goneSince ?? performance.now());
      if (goneSince !== undefined) longestGapMs = Math.max(longestGapMs, performance.now() - goneSince);
    }, LOOK_EVERY_MS);
  },
  longestGapMs: () => longestGapMs,
  epochs: () => epochs,
  plugIn: (device) => machine.plugIn(device),
  unplug: (deviceId) => machine.unplug(deviceId),
  lights: () => machine.on,
  choose: (kind, deviceId) => devices.choices.choose(kind, deviceId),
  setMicrophone: (isEnabled) => placed().setMicrophoneEnabled(isEnabled),
  setCamera: (isEnabled) => placed().setCameraEnabled(isEnabled),
  setScreen: (isShared) => placed().setScreenShared(isShared),
  stopScreen() {
    screen?.stop();
    screen?.dispatchEvent(new Event('ended'));
  },
  enabled() {
    const { isMicrophoneEnabled: microphone, isCameraEnabled: camera, isScreenShared } = placed();
    return { microphone, camera, screen: isScreenShared };
  },
  quality: () => quality,
  async endCall() {
    await placed().endCall();
  },
  open: () => ({
    workers: workers.size,
    peerConnections: [...peerConnections].filter(({ connectionState }) => connectionState !== 'closed').length,
    devices: machine.on.length,
    playing: [...players].filter(({ srcObject }) => srcObject !== null).length,
  }),
};

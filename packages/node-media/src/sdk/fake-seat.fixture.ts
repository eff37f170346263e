import { AudioFrame } from '@livekit/rtc-node';
import type { OracleCallError } from '@oracle-calls/protocol';
import { ReadableStream } from 'node:stream/web';
import type { CallerSeat, SeatAddress, SeatEvents, SeatNotice, TrackSample } from '../seat/index.ts';

/** A seat that notes what it is asked to do, in order, and tells what the test says. */
export class FakeSeat implements CallerSeat {
  readonly identity = 'caller';
  readonly dropped = { 'other-topic': 0, stream: 0, transcription: 0, chat: 0, dtmf: 0 };
  readonly did: string[] = [];
  readonly address: SeatAddress;
  joinFailure: OracleCallError | Error | undefined;
  joining: Promise<void> = Promise.resolve();
  samples: readonly TrackSample[] = [];
  #events: SeatEvents | undefined;

  readonly speaker: CallerSeat['speaker'] = {
    sampleRate: 48_000,
    queuedMs: 0,
    isMuted: false,
    level: () => 0,
    play: async () => void this.did.push('sound'),
    drained: () => Promise.resolve(),
    clear: () => undefined,
    setMuted: (isMuted) => void this.did.push(isMuted ? 'muted' : 'unmuted'),
  };
  readonly frameKeys: CallerSeat['frameKeys'] = {
    installReceiving: async (identity, slot) => void this.did.push(`key of ${identity} in ${String(slot)}`),
    switchSending: async (slot) => void this.did.push(`sends in ${String(slot)}`),
    retire: async (slot) => void this.did.push(`retires ${String(slot)}`),
  };

  constructor(address: SeatAddress) {
    this.address = address;
  }

  readonly sendFrame: CallerSeat['sendFrame'] = async (_frame, to) => void this.did.push(`frame to ${to}`);

  async join(events: SeatEvents): Promise<void> {
    this.#events = events;
    await this.joining;
    if (this.joinFailure !== undefined) throw this.joinFailure;
    this.did.push('joined');
  }

  tell(notice: SeatNotice): void {
    this.#events?.observe(notice);
  }

  /** Somebody's sound begins. Returns what gives it a frame of this level, and what ends it. */
  speak(participantIdentity: string): { readonly say: (level: number) => void; readonly end: () => void } {
    let controls: ReadableStreamDefaultController<AudioFrame> | undefined;
    const stream = new ReadableStream<AudioFrame>({
      start: (own) => void (controls = own),
      cancel: () => void (controls = undefined),
    });
    this.tell({ kind: 'user-audio', participantIdentity, stream });
    return {
      say: (level) =>
        controls?.enqueue(new AudioFrame(new Int16Array(480).fill(Math.round(level * 32_768)), 48_000, 1, 480)),
      end: () => controls?.close(),
    };
  }

  admit(participantIdentity: string): void {
    this.did.push(`admits ${participantIdentity}`);
  }

  refuse(participantIdentity: string): void {
    this.did.push(`refuses ${participantIdentity}`);
  }

  look(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  showPicture(): Promise<never> {
    return Promise.reject(new Error('Nobody is shown here.'));
  }

  sampleEvidence(): Promise<readonly TrackSample[]> {
    return this.sampleTracks();
  }

  async sampleTracks(): Promise<readonly TrackSample[]> {
    return this.samples;
  }

  async close(): Promise<void> {
    if (this.did.at(-1) !== 'left') this.did.push('left');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

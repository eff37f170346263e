import type { Clock } from '@oracle-calls/protocol';
import type { LocalTrack } from '../devices/devices-port.ts';
import { LevelMeter } from '../media/level-meter.ts';
import type { RemoteTrack } from '../media/sfu-port.ts';
import type { CallTimeline } from './call-timeline.ts';

export interface OracleSoundOptions {
  readonly clock: Clock;
  readonly timeline: CallTimeline;
  readonly microphone: () => LocalTrack | undefined;
  /** Told when the oracle is heard for the first time. */
  readonly heard: () => void;
}

/** Plays what the oracle says, and times its first sound and the first turn. Dispose to stop. */
export class OracleSound implements Disposable {
  readonly #options: OracleSoundOptions;
  readonly #playing = new Map<string, Disposable>();
  #meter: LevelMeter | undefined;
  #track: RemoteTrack | undefined;

  constructor(options: OracleSoundOptions) {
    this.#options = options;
  }

  /** As `RemoteTrack.level`, of what plays now. */
  level(): number {
    return this.#track?.level() ?? 0;
  }

  play(track: RemoteTrack): void {
    this.#track = track;
    const { clock, timeline, microphone, heard } = this.#options;
    this.#playing.get(track.trackId)?.[Symbol.dispose]();
    this.#playing.set(track.trackId, track.play());
    this.#meter?.[Symbol.dispose]();
    this.#meter = new LevelMeter({
      clock,
      oracleLevel: () => track.level(),
      microphoneLevel: () => microphone()?.level() ?? 0,
      oracleAudible: () => {
        timeline.mark('oracleAudible');
        heard();
      },
      turn: ({ questionEndedAt, answerAudibleAt }) => {
        timeline.mark('questionEnded', questionEndedAt);
        timeline.mark('answerAudible', answerAudibleAt);
      },
    });
  }

  [Symbol.dispose](): void {
    this.#meter?.[Symbol.dispose]();
    for (const playing of this.#playing.values()) playing[Symbol.dispose]();
    this.#playing.clear();
    this.#track = undefined;
  }
}

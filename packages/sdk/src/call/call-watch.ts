import type { Clock } from '@oracle-calls/protocol';
import type { Devices } from '../devices/devices.ts';
import { ECHO_STEP_MS, EchoDetector } from '../media/echo-detector.ts';
import { QualityJudge } from '../media/quality-judge.ts';
import type { NetworkSample } from '../media/sfu-port.ts';
import { AUDIBLE_LEVEL } from '../media/turn-meter.ts';
import type { CallNotice } from './notices.ts';

/** How often the connection is looked at: statistics are a second old in some browsers. */
export const QUALITY_LOOK_MS = 2_000;

/** While the oracle is silent there is nothing to learn of an echo. */
export const SILENT_LOOK_MS = 500;

/** After so long a silence the looks become rare again. */
const SILENCE_MS = 2_000;

/** A timer that comes this late has missed steps: the tab sleeps. */
const LATE_MS = 3 * ECHO_STEP_MS;

export interface CallWatchOptions {
  readonly clock: Clock;
  readonly choices: Pick<Devices, 'observe' | 'snapshot'>;
  readonly network: () => Promise<NetworkSample | undefined>;
  readonly microphoneLevel: () => number;
  readonly oracleLevel: () => number;
  readonly tell: (notice: CallNotice) => void;
}

/** Looks after a call that lasts: the connection's quality, an echo, a speaker that goes. Dispose to stop. */
export class CallWatch implements Disposable {
  readonly #options: CallWatchOptions;
  readonly #judge = new QualityJudge();
  readonly #echo = new EchoDetector();
  readonly #speaker: Disposable;
  #label: string | undefined;
  #qualityTimer: Disposable | undefined;
  #echoTimer: Disposable | undefined;
  #sampledAt: number;
  #heardAt: number;
  #isDisposed = false;

  constructor(options: CallWatchOptions) {
    this.#options = options;
    this.#sampledAt = options.clock.now();
    this.#heardAt = options.clock.now();
    void this.#lookAtNetwork();
    this.#sampleLater(ECHO_STEP_MS);
    this.#speaker = options.choices.observe(() => this.#lookAtSpeaker());
    this.#lookAtSpeaker();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#speaker[Symbol.dispose]();
    this.#qualityTimer?.[Symbol.dispose]();
    this.#echoTimer?.[Symbol.dispose]();
  }

  async #lookAtNetwork(): Promise<void> {
    const { clock, network, tell } = this.#options;
    // A connection that is going away; its presence says so.
    const sample = await network().catch(() => undefined);
    if (this.#isDisposed) return;
    const quality = sample === undefined ? undefined : this.#judge.look(sample);
    if (quality !== undefined) tell({ kind: 'quality', quality });
    this.#qualityTimer = clock.after(QUALITY_LOOK_MS, () => void this.#lookAtNetwork());
  }

  #sampleLater(delayMs: number): void {
    this.#echoTimer = this.#options.clock.after(delayMs, () => this.#sample());
  }

  #sample(): void {
    const { clock, microphoneLevel, oracleLevel, tell } = this.#options;
    const now = clock.now();
    if (now - this.#sampledAt > LATE_MS) this.#echo.forget();
    this.#sampledAt = now;
    const level = oracleLevel();
    if (level >= AUDIBLE_LEVEL) this.#heardAt = now;
    if (this.#echo.sample(microphoneLevel(), level)) {
      tell({ kind: 'echo' });
      return;
    }
    this.#sampleLater(now - this.#heardAt > SILENCE_MS ? SILENT_LOOK_MS : ECHO_STEP_MS);
  }

  /** The one that was chosen went away: the oracle is heard where the system plays. */
  #lookAtSpeaker(): void {
    const { choices, tell } = this.#options;
    const { devices, chosen } = choices.snapshot;
    const label = devices.speaker.find(({ deviceId }) => deviceId === chosen.speaker)?.label;
    if (label === undefined && this.#label !== undefined && chosen.speaker !== undefined) {
      tell({ kind: 'device', device: 'speaker', change: 'replaced', label: this.#label });
    }
    this.#label = label;
  }
}

import { AUDIBLE_LEVEL } from './turn-meter.ts';

/** Both levels are to be given this often. Syllables last 100 to 300 ms, so their rise and fall is seen. */
export const ECHO_STEP_MS = 50;

/** An echo comes this much later at most: the output's buffer, the room, the input's buffer. In steps, half a second. */
const LAG_STEPS_MAX = 10;

/** The last eight seconds are judged. */
const WINDOW_STEPS = 160;

/** Steps in which the oracle speaks that are needed for a judgement: four seconds. Fewer agree by chance. */
const SPEAKING_STEPS_MIN = 80;

/** The oracle still speaks this long after it was last heard: the pauses between its syllables belong to the pattern. */
const HANGOVER_STEPS = 6;

/** Two independent speakers stay far below this, and an echo that is loud enough to be heard lies above. */
const CORRELATION_MIN = 0.65;

/** Share of the steps in which the microphone must hear something at all. */
const HEARD_SHARE_MIN = 0.3;

/** How often it is judged, and how often in a row it must look like an echo. */
const JUDGE_EVERY_STEPS = 20;
const JUDGEMENTS = 3;

/** Softer than this is taken for this: the floor of rooms differs and says nothing. */
const FLOOR = 0.001;

/** Notices when the loudness of the microphone follows that of the oracle while the oracle speaks. Pure; give it both at even steps. */
export class EchoDetector {
  #microphone: number[] = [];
  #oracle: number[] = [];
  #steps = 0;
  #agreements = 0;

  /** Takes the levels of this moment, root mean square of full scale. `true` when there is an echo. */
  sample(microphoneLevel: number, oracleLevel: number): boolean {
    keep(this.#microphone, microphoneLevel);
    keep(this.#oracle, oracleLevel);
    this.#steps += 1;
    if (this.#steps % JUDGE_EVERY_STEPS !== 0) return false;
    const isEcho = this.#looksLikeEcho();
    if (isEcho === undefined) return false;
    this.#agreements = isEcho ? this.#agreements + 1 : 0;
    return this.#agreements >= JUDGEMENTS;
  }

  /** The steps were not even, or somebody exchanged a device: what came before says nothing. */
  forget(): void {
    this.#microphone = [];
    this.#oracle = [];
    this.#agreements = 0;
  }

  #looksLikeEcho(): boolean | undefined {
    const speaking = speakingSteps(this.#oracle);
    if (speaking.length < SPEAKING_STEPS_MIN) return undefined;
    const heard = speaking.filter((step) => (this.#microphone[step] ?? 0) >= AUDIBLE_LEVEL);
    if (heard.length < HEARD_SHARE_MIN * speaking.length) return false;
    const oracle = this.#oracle.map(decibels);
    const microphone = this.#microphone.map(decibels);
    for (let lag = 0; lag <= LAG_STEPS_MAX; lag += 1) {
      const steps = speaking.filter((step) => step + lag < microphone.length);
      const played = steps.map((step) => oracle[step] ?? 0);
      const captured = steps.map((step) => microphone[step + lag] ?? 0);
      if (correlation(played, captured) >= CORRELATION_MIN) return true;
    }
    return false;
  }
}

function keep(levels: number[], level: number): void {
  levels.push(level);
  if (levels.length > WINDOW_STEPS + LAG_STEPS_MAX) levels.shift();
}

function speakingSteps(oracle: readonly number[]): readonly number[] {
  let lastHeard = -Infinity;
  return oracle.flatMap((level, step) => {
    if (level >= AUDIBLE_LEVEL) lastHeard = step;
    return step - lastHeard <= HANGOVER_STEPS ? [step] : [];
  });
}

const decibels = (level: number): number => 20 * Math.log10(Math.max(FLOOR, level));

/** Pearson's; 0 when one of them does not change. */
export function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [product, squareOne, squareOther] = [0, 0, 0];
  for (const [index, value] of one.entries()) {
    const [byOne, byOther] = [value - meanOne, (other[index] ?? 0) - meanOther];
    product += byOne * byOther;
    squareOne += byOne ** 2;
    squareOther += byOther ** 2;
  }
  return squareOne === 0 || squareOther === 0 ? 0 : product / Math.sqrt(squareOne * squareOther);
}

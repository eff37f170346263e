/** Prime factors of a transform's length, largest first: the innermost step is the one that is done most often. */
function factorsOf(length: number): number[] {
  const factors: number[] = [];
  for (let rest = length, factor = 2; rest > 1; factor += 1) {
    for (; rest % factor === 0; rest /= factor) factors.unshift(factor);
  }
  return factors;
}

/** One level of the recursion: how many parts a transform is cut into, and how far apart their samples lie. */
interface Level {
  readonly factor: number;
  readonly stride: number;
  /** Length of a part. */
  readonly part: number;
  /** Between the angles of neighbouring results, in steps of the table. */
  readonly turn: number;
}

/** The discrete Fourier transform of one length, by Cooley and Tukey's recursion over its prime factors: fast where those are small. */
export class Fourier {
  readonly #length: number;
  readonly #levels: readonly Level[];
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  /** The last transform's result. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly #partRe: Float64Array;
  readonly #partIm: Float64Array;

  constructor(length: number) {
    this.#length = length;
    let stride = 1;
    this.#levels = factorsOf(length).map((factor) => {
      const level = { factor, stride, part: length / stride / factor, turn: stride };
      stride *= factor;
      return level;
    });
    this.#cos = Float64Array.from({ length }, (_, i) => Math.cos((-2 * Math.PI * i) / length));
    this.#sin = Float64Array.from({ length }, (_, i) => Math.sin((-2 * Math.PI * i) / length));
    this.re = new Float64Array(length);
    this.im = new Float64Array(length);
    const largest = Math.max(...this.#levels.map(({ factor }) => factor));
    this.#partRe = new Float64Array(largest);
    this.#partIm = new Float64Array(largest);
  }

  /** Transforms a complex signal into {@link re} and {@link im}. */
  transform(re: Float64Array, im: Float64Array): void {
    this.#recurse(re, im, 0, 0, 0);
  }

  #recurse(re: Float64Array, im: Float64Array, depth: number, from: number, to: number): void {
    const level = this.#levels[depth];
    if (level === undefined) return;
    const { factor, stride, part, turn } = level;
    for (let i = 0; i < factor; i++) {
      const source = from + i * stride;
      const target = to + i * part;
      if (part > 1) {
        this.#recurse(re, im, depth + 1, source, target);
      } else {
        this.re[target] = re[source] ?? 0;
        this.im[target] = im[source] ?? 0;
      }
    }
    for (let j = 0; j < part; j++) this.#combine(to + j, part, factor, j * turn);
  }

  /** One butterfly: `factor` values that lie `part` apart, turned by multiples of `turn`. */
  #combine(at: number, part: number, factor: number, turn: number): void {
    for (let i = 0, angle = 0, from = at; i < factor; i++, angle += turn, from += part) {
      const c = this.#cos[angle] ?? 0;
      const s = this.#sin[angle] ?? 0;
      const a = this.re[from] ?? 0;
      const b = this.im[from] ?? 0;
      this.#partRe[i] = a * c - b * s;
      this.#partIm[i] = a * s + b * c;
    }
    const root = this.#length / factor;
    for (let q = 0, into = at; q < factor; q++, into += part) {
      let sumRe = this.#partRe[0] ?? 0;
      let sumIm = this.#partIm[0] ?? 0;
      for (let i = 1, angle = q; i < factor; i++, angle += q) {
        if (angle >= factor) angle -= factor;
        const c = this.#cos[angle * root] ?? 0;
        const s = this.#sin[angle * root] ?? 0;
        const a = this.#partRe[i] ?? 0;
        const b = this.#partIm[i] ?? 0;
        sumRe += a * c - b * s;
        sumIm += a * s + b * c;
      }
      this.re[into] = sumRe;
      this.im[into] = sumIm;
    }
  }
}

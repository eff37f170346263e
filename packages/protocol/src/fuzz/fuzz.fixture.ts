import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOracleCallError, type OracleCallError } from '../errors/oracle-call-error.ts';

/** Inputs for each parser: enough to notice what breaks in `npm test`, and the promised number in `npm run nightly`. */
const INPUTS = { quick: 400, nightly: 100_000 };

export const FUZZ_INPUTS = process.env['NIGHTLY'] === '1' ? INPUTS.nightly : INPUTS.quick;

/** Bound that only catches a hang: ten times what the slowest takes. */
export const FUZZ_MAX_MS = process.env['NIGHTLY'] === '1' ? 30 * 60_000 : 60_000;

/** Refused is what a parser may say; anything else that it throws is a bug, and so is a bug that calls itself one. */
function checkTyped(error: unknown): asserts error is OracleCallError {
  if (!isOracleCallError(error)) throw new Error('An error without a type got out.', { cause: error });
  if (error.code === 'ERR_INTERNAL') throw new Error('A bug called itself one.', { cause: error });
}

export interface Tally {
  accepted: number;
  refused: number;
}

/** Gives a parser changed inputs. Counts them, so that a test can see that not all ended at the door. */
export function fuzz<T>(inputs: fc.Arbitrary<T>, parse: (input: T) => unknown): Tally {
  const tally: Tally = { accepted: 0, refused: 0 };
  const property = fc.property(inputs, (input) => {
    try {
      parse(input);
      tally.accepted += 1;
    } catch (error) {
      checkTyped(error);
      tally.refused += 1;
    }
  });
  fc.assert(property, { numRuns: FUZZ_INPUTS });
  return tally;
}

/** The same for an end that answers instead of throwing. */
export async function fuzzEnd<T>(
  inputs: fc.Arbitrary<T>,
  receive: (input: T) => Promise<{ readonly kind: string; readonly error?: OracleCallError }>,
): Promise<Tally> {
  const tally: Tally = { accepted: 0, refused: 0 };
  const property = fc.asyncProperty(inputs, async (input) => {
    const { error } = await receive(input);
    if (error === undefined) {
      tally.accepted += 1;
      return;
    }
    checkTyped(error);
    tally.refused += 1;
  });
  await fc.assert(property, { numRuns: FUZZ_INPUTS });
  return tally;
}

/** A test that fuzzes one parser, and that sees some inputs accepted and some refused: else it would only knock at the door. */
export function fuzzTest<T>(what: string, inputs: fc.Arbitrary<T>, parse: (input: T) => unknown): void {
  test(`${what}: a value or a typed refusal`, () => expectBoth(fuzz(inputs, parse)), FUZZ_MAX_MS);
}

export function expectBoth({ accepted, refused }: Tally): void {
  expect(accepted + refused).toBeGreaterThanOrEqual(FUZZ_INPUTS);
  expect(accepted).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
}

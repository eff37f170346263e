import type { OracleCallError } from '@oracle-calls/protocol';
import type { DeviceProblem } from '@oracle-calls/sdk';

/** What a page switches on. */
export type MediaSource = 'microphone' | 'camera' | 'screen';

/** Which device cannot be used, and why. */
export interface DeviceFace {
  readonly device: MediaSource;
  readonly problem: DeviceProblem;
}

const SOURCES = new Set<unknown>(['microphone', 'camera', 'screen'] satisfies MediaSource[]);
const PROBLEMS = new Set<unknown>(['denied', 'absent', 'busy', 'insecure', 'unknown'] satisfies DeviceProblem[]);

const isSource = (value: unknown): value is MediaSource => SOURCES.has(value);
const isProblem = (value: unknown): value is DeviceProblem => PROBLEMS.has(value);

/** The device that an `ERR_MEDIA_DEVICE` is about; `undefined` for other errors. What it does not say counts as a microphone of unknown trouble. */
export function deviceFaceOf({ code, details }: OracleCallError): DeviceFace | undefined {
  if (code !== 'ERR_MEDIA_DEVICE') return undefined;
  const { device, problem } = details;
  return {
    device: isSource(device) ? device : 'microphone',
    problem: isProblem(problem) ? problem : 'unknown',
  };
}

import type { BrowserMachine } from './browser-choices.ts';
import type { DeviceProblem } from './devices.ts';
import type { CaptureSource, LocalTrack } from './devices-port.ts';

/** Names of `DOMException`s that `getUserMedia` and `getDisplayMedia` reject with (W3C mediacapture-streams, 10.2; screen-capture, 5.1). */
const PROBLEMS: Readonly<Record<string, DeviceProblem>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'absent',
  OverconstrainedError: 'absent',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

type Machine = Pick<BrowserMachine, 'media' | 'permissions'>;

/** Details of `ERR_MEDIA_DEVICE`: which of the devices that were wanted is at fault, and why. */
export async function deviceFailureOf(
  cause: unknown,
  wanted: readonly LocalTrack['source'][],
  machine: Machine,
): Promise<{ readonly name: string; readonly device: LocalTrack['source']; readonly problem: DeviceProblem }> {
  const name = cause instanceof Error ? cause.name : 'unknown';
  const problem = machine.media === undefined ? 'insecure' : (PROBLEMS[name] ?? 'unknown');
  return { name, device: await deviceOf(wanted, problem, machine), problem };
}

/** The browser's error does not say which of two: it is the second, if the first is fine. */
async function deviceOf(
  [first = 'microphone', second]: readonly LocalTrack['source'][],
  problem: DeviceProblem,
  machine: Machine,
): Promise<LocalTrack['source']> {
  if (second === undefined || first === 'screen') return first;
  const isFine = { denied: isAllowed, absent: isThere, busy: opens, insecure: opens, unknown: opens }[problem];
  return (await isFine(first, machine).catch(() => false)) ? second : first;
}

type Look = (source: CaptureSource, machine: Machine) => Promise<boolean>;

/** Opening it again would ask the person again. */
const isAllowed: Look = async (source, { permissions }) =>
  (await permissions?.query({ name: source }))?.state === 'granted';

const isThere: Look = async (source, { media }) => {
  const kind = source === 'microphone' ? 'audioinput' : 'videoinput';
  return ((await media?.enumerateDevices?.()) ?? []).some((device) => device.kind === kind);
};

const opens: Look = async (source, { media }) => {
  const stream = await media?.getUserMedia({ [source === 'microphone' ? 'audio' : 'video']: true });
  for (const track of stream?.getTracks() ?? []) track.stop();
  return stream !== undefined;
};

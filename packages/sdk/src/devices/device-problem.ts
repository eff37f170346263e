import type { DeviceProblem } from './devices.ts';
import type { CaptureSource, LocalTrack } from './devices-port.ts';

/** What a failure is blamed on. */
export interface DeviceFailure {
  readonly device: LocalTrack['source'];
  readonly problem: DeviceProblem;
}

/** Names of `DOMException`s that `getUserMedia` and `getDisplayMedia` reject with (W3C mediacapture-streams, 10.2; screen-capture, 5.1). */
const PROBLEMS: Readonly<Record<string, DeviceProblem>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'absent',
  OverconstrainedError: 'absent',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

type Media = Pick<MediaDevices, 'getUserMedia'> & Partial<Pick<MediaDevices, 'enumerateDevices'>>;
type Asked = Pick<Permissions, 'query'> | undefined;

/** Which of the devices that were wanted is at fault, and why: the browser's error does not say the first. */
export async function failureOf(
  name: string,
  wanted: readonly LocalTrack['source'][],
  media: Media,
  permissions: Asked,
): Promise<DeviceFailure> {
  const problem = PROBLEMS[name] ?? 'unknown';
  const [first = 'microphone', second] = wanted;
  if (second === undefined || first === 'screen') return { device: first, problem };
  const isFine = { denied: isAllowed, absent: isThere, busy: opens, insecure: opens, unknown: opens }[problem];
  return { device: (await isFine(first, media, permissions).catch(() => false)) ? second : first, problem };
}

type Look = (source: CaptureSource, media: Media, permissions: Asked) => Promise<boolean>;

/** Opening it again would ask the person again. */
const isAllowed: Look = async (source, _media, permissions) =>
  (await permissions?.query({ name: source }))?.state === 'granted';

const isThere: Look = async (source, media) => {
  const kind = source === 'microphone' ? 'audioinput' : 'videoinput';
  return ((await media.enumerateDevices?.()) ?? []).some((device) => device.kind === kind);
};

const opens: Look = async (source, media) => {
  const stream = await media.getUserMedia({ [source === 'microphone' ? 'audio' : 'video']: true });
  for (const track of stream.getTracks()) track.stop();
  return true;
};

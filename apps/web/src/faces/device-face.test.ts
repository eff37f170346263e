import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { browserFamilyOf } from './browser-family.ts';
import { deviceFaceOf } from './device-face.ts';

const failed = (details: Record<string, string>) => new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details });

test('the error of a device says which and why; what it does not say is a microphone of unknown trouble', () => {
  expect(deviceFaceOf(failed({ device: 'camera', problem: 'busy' }))).toEqual({ device: 'camera', problem: 'busy' });
  expect(deviceFaceOf(failed({ device: 'toaster' }))).toEqual({ device: 'microphone', problem: 'unknown' });
  expect(deviceFaceOf(new OracleCallError('ERR_MEDIA_CONNECT'))).toBeUndefined();
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', 'chromium'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'firefox'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 'safari'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Mobile Safari/604.1',
    'safari',
  ],
  ['Something else', 'other'],
])('%s is told where %s keeps permissions', (userAgent, family) => {
  expect(browserFamilyOf(userAgent)).toBe(family);
});

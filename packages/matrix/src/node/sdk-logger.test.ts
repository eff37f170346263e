import { createJsonLogger, systemClock } from '@oracle-calls/protocol';
import { logger as globalSdkLogger } from 'matrix-js-sdk/lib/logger.js';
import { expect, test, vi } from 'vitest';
import { sdkLogger, silenceGlobalSdkLogger } from './sdk-logger.ts';

test('the SDK’s lines become debug lines of ours, without the objects in them', () => {
  const lines: string[] = [];
  const logger = sdkLogger(createJsonLogger((line) => lines.push(line), systemClock, { level: 'debug' }));
  logger.error('request failed', { access_token: 'canary-token' }, new Error('canary-message'), 7);
  logger.getChild('sync').info('x'.repeat(1_000));
  const [first, second] = lines.map((line): Record<string, unknown> => JSON.parse(line));
  expect(first).toMatchObject({
    level: 'debug',
    msg: 'matrix-js-sdk',
    sdkLevel: 'error',
    'pii.text': 'request failed (object) Error 7',
  });
  expect(second).toMatchObject({ part: 'client/sync', sdkLevel: 'info' });
  expect(lines.join('')).not.toContain('canary');
  expect(String(second?.['pii.text'])).toHaveLength(300);
});

test('the SDK’s global logger and its children write nothing to the console', () => {
  const write = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    globalSdkLogger.error('before');
    expect(write).toHaveBeenCalledTimes(1);
    silenceGlobalSdkLogger();
    globalSdkLogger.error('after');
    globalSdkLogger.getChild('late').error('after');
    globalSdkLogger.getChild('RoomStickyEvents').error('after');
    expect(write).toHaveBeenCalledTimes(1);
  } finally {
    write.mockRestore();
  }
});

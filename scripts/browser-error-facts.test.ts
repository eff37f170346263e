import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as browser from '../packages/protocol/src/errors/error-facts.browser.ts';
import * as node from '../packages/protocol/src/errors/error-facts.ts';
import { ERROR_CODES } from '../packages/protocol/src/errors/error-table.ts';
import { browserErrorFacts } from './browser-error-facts.ts';

test('a page knows of errors what the error table says', async () => {
  const path = '../packages/protocol/src/errors/error-facts.browser.ts';
  expect(await readFile(new URL(path, import.meta.url), 'utf8')).toBe(await browserErrorFacts());
  expect(browser.ANSWERED_CODES).toEqual(node.ANSWERED_CODES);
  expect(ERROR_CODES.filter(browser.isRetryable)).toEqual(ERROR_CODES.filter(node.isRetryable));
});

test('in a page the message of an error is the words of its code', () => {
  expect(browser.titleOf('ERR_MATRIX_IDENTITY_CHANGED')).toBe('matrix identity changed');
  expect(Object.keys(browser).toSorted()).toEqual(Object.keys(node).toSorted());
});

import { expect, it } from 'vitest';
import { formatTable } from './address-table.ts';

const rows = [
  { label: 'Backend', value: 'http://127.0.0.1:8080' },
  { label: 'LiveKit', value: 'ws://127.0.0.1:7880' },
];

it('stands in two columns where there is room', () => {
  expect(formatTable(rows, 80)).toEqual(['  Backend  http://127.0.0.1:8080', '  LiveKit  ws://127.0.0.1:7880']);
});

it('puts values below their labels where there is not, and no line is wider than the longest value needs', () => {
  expect(formatTable(rows, 30)).toEqual([
    '  Backend',
    '    http://127.0.0.1:8080',
    '  LiveKit',
    '    ws://127.0.0.1:7880',
  ]);
});

it('uses the last column', () => {
  expect(formatTable(rows, 32)).toHaveLength(2);
  expect(formatTable(rows, 31)).toHaveLength(4);
});

import { expect, test } from 'vitest';
import { addressedSources, withBuiltAddresses } from './emitted-text.ts';

test.each([
  [`new Worker(new URL('./thread.ts', import.meta.url));`, `new Worker(new URL('./thread.js', import.meta.url));`],
  [`new URL(\n  "../job/entry.ts",\n  import.meta.url,\n)`, `new URL(\n  "../job/entry.js",\n  import.meta.url,\n)`],
  [`export { a } from './a.ts';`, `export { a } from './a.js';`],
  [`let b: import("./b/c.ts").B;`, `let b: import("./b/c.js").B;`],
  [`export * from './a.tsx';`, `export * from './a.js';`],
  [`import './side-effect.ts';`, `import './side-effect.js';`],
])('the address of a source becomes that of what was built: %s', (text, built) => {
  expect(withBuiltAddresses(text)).toBe(built);
});

test.each([
  `import { a } from 'package/a.ts';`,
  `const name = './a.ts';`,
  `new URL('./a.json', import.meta.url)`,
  `// see \`a.ts\``,
])('nothing else is touched: %s', (text) => {
  expect(withBuiltAddresses(text)).toBe(text);
});

test('workers and children are found by their addresses', () => {
  const text = `start(new URL('./thread.ts', import.meta.url)); read(new URL('../a.json', import.meta.url));`;
  expect(addressedSources(text)).toEqual(['./thread.ts']);
});

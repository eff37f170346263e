import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const load = async () => (await import('./script-address.ts')).scriptAddress;

test('a script comes from this origin or not at all', async () => {
  vi.stubGlobal('location', new URL('https://calls.example.org/'));
  const scriptAddress = await load();
  expect(scriptAddress('/assets/worker.js')).toBe('/assets/worker.js');
  for (const other of ['https://evil.example/x.js', '//evil.example/x.js', 'data:text/javascript,1', 'blob:x']) {
    expect(() => scriptAddress(other)).toThrow('another origin');
  }
});

test('where the browser has Trusted Types, the one policy of the page makes the address', async () => {
  vi.stubGlobal('location', new URL('https://calls.example.org/'));
  const names: string[] = [];
  vi.stubGlobal('trustedTypes', {
    createPolicy(name: string, rules: { createScriptURL(url: string): string }) {
      names.push(name);
      return { createScriptURL: (url: string) => `trusted:${rules.createScriptURL(url)}` };
    },
  });
  const scriptAddress = await load();
  expect([scriptAddress('/a.js'), scriptAddress('/b.js')]).toEqual(['trusted:/a.js', 'trusted:/b.js']);
  expect(names).toEqual(['oracle-calls']);
  expect(() => scriptAddress('https://evil.example/x.js')).toThrow('another origin');
});

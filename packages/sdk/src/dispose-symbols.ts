/**
 * Browsers without explicit resource management get its two symbols, so that `[Symbol.dispose]` and `[Symbol.asyncDispose]`
 * name something. It runs before any class is defined: keep it the first import of `index.ts`.
 */
for (const name of ['dispose', 'asyncDispose'] as const) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
}

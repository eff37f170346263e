/**
 * Browsers without explicit resource management get its two symbols, so that `[Symbol.dispose]` and `[Symbol.asyncDispose]`
 * name something. It runs before any class is defined: keep it first in `index.ts`.
 */
/** Whether the platform has the symbols itself. */
export const hasDisposeSymbols = 'dispose' in Symbol && 'asyncDispose' in Symbol;

for (const name of ['dispose', 'asyncDispose'] as const) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
}

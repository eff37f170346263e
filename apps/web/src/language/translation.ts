/** A catalogue in another language: the same keys, any words. Plural forms that English lacks (`_zero`, `_two`, `_few`, `_many`) may be added. */
export type Translation<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]>;
} & { readonly [K in `${Base<Extract<keyof T, string>>}_${'zero' | 'two' | 'few' | 'many'}`]?: string };

type Base<K extends string> = K extends `${infer Counted}_other` ? Counted : K;

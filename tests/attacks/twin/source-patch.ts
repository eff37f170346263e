/** One place of the source that is written differently in a twin. Text, so that production code needs no switch. */
export interface SourcePatch {
  /** From the project's root, with `/`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** @throws {TypeError} unless `find` stands in the text exactly once: a twin that changes nothing proves nothing */
export function applyPatch(text: string, { file, find, replace }: SourcePatch): string {
  const places = text.split(find).length - 1;
  if (find === '' || places !== 1)
    throw new TypeError(`twin: the text to replace stands ${places} times in ${file}: ${find}`);
  if (find === replace) throw new TypeError(`twin: nothing is replaced in ${file}`);
  // A function, since `$&` and its like mean something in a replacement text.
  return text.replace(find, () => replace);
}

/** Applies those of the patches that are for this file. */
export function applyPatches(text: string, file: string, patches: readonly SourcePatch[]): string {
  return patches.filter((patch) => patch.file === file).reduce((patched, patch) => applyPatch(patched, patch), text);
}

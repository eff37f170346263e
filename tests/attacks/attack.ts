import type { SourcePatch } from './twin/source-patch.ts';

/** Whose sources a twin patches. */
export type TwinPart = 'backend' | 'agent' | 'page';

/** The same run with one defence off. */
export interface Twin {
  /** Which defence, for people: what the code no longer does. */
  readonly without: string;
  readonly parts: readonly TwinPart[];
  readonly patches: readonly SourcePatch[];
}

/** How an attack went, with what was seen. */
export type Outcome =
  /** `by` names what stopped it: an error code, or the defence where nobody is told anything. */
  | { readonly kind: 'refused'; readonly by: string; readonly evidence: string }
  | { readonly kind: 'succeeded'; readonly evidence: string };

/** Somebody's try to get what `docs/threat-model.md` says they must not get. */
export interface Attack<Scene> {
  /** As in `docs/threat-model.md`. */
  readonly name: `attack: ${string}`;
  /** What has to stop it. */
  readonly refusedBy: string;
  readonly twin: Twin;
  /** Does the same whether or not the defence is there. Throws when the attack could not be made at all. */
  readonly run: (scene: Scene) => Promise<Outcome>;
}

/** Real servers on which attacks are made. */
export interface AttackScene extends AsyncDisposable {
  /** Runs the twin's parts with its patches from now on, or, for `undefined`, everything as it is. */
  become(twin: Twin | undefined): Promise<void>;
}

/** Where the twin is off, the other runs are the same code: `what` happened instead decides. */
export const refused = (by: string, evidence: string): Outcome => ({ kind: 'refused', by, evidence });
export const succeeded = (evidence: string): Outcome => ({ kind: 'succeeded', evidence });

/** What a check found. Everything but `ok` says in plain words what is wrong and how to mend it, and nothing holds a secret. */
export type Outcome =
  | { readonly status: 'ok'; readonly detail: string }
  | { readonly status: 'warning' | 'failed'; readonly detail: string; readonly mend: string }
  | { readonly status: 'skipped'; readonly detail: string };

export type Status = Outcome['status'];

/** One question about an installation. */
export interface Check {
  /** Stable, for scripts: `homeserver.login`. What stands before the dot is the group. */
  readonly id: string;
  /** What a person reads. */
  readonly title: string;
  /** May throw: what it throws is a failed check. The signal ends it when its time is over. */
  readonly run: (signal: AbortSignal) => Promise<Outcome>;
}

export type CheckResult = Outcome & { readonly id: string; readonly title: string };

export const ok = (detail: string): Outcome => ({ status: 'ok', detail });
export const warning = (detail: string, mend: string): Outcome => ({ status: 'warning', detail, mend });
export const failed = (detail: string, mend: string): Outcome => ({ status: 'failed', detail, mend });
export const skipped = (detail: string): Outcome => ({ status: 'skipped', detail });

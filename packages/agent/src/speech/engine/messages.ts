/**
 * What the host says to an engine's thread. `I` is the engine's input.
 * Both unions are closed: add a kind only together with its case in `engine-host.ts` and `serve-engine.ts`.
 */
export type EngineRequest<I> =
  | { readonly kind: 'run'; readonly runId: number; readonly input: I }
  | { readonly kind: 'cancel'; readonly runId: number }
  /** Asks for `idle` once nothing runs. */
  | { readonly kind: 'settle' };

/** What an engine's thread answers. `O` is its output, `F` what it tells about itself once loaded. */
export type EngineReply<O, F> =
  | { readonly kind: 'ready'; readonly facts: F }
  | { readonly kind: 'idle' }
  | { readonly kind: 'done'; readonly runId: number; readonly output: O }
  | { readonly kind: 'failed'; readonly runId: number; readonly problem: string };

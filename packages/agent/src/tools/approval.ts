/** What the user is asked before a tool runs. The oracle's own process asks; what the user sees is the call's page. */
export interface ApprovalRequest {
  readonly tool: string;
  /** The author's words for what it does. */
  readonly description: string;
  /** Exactly what it will be run with, as JSON: the model's words, so not to be believed, and shown as text. */
  readonly argumentsText: string;
  /** What the oracle says while it waits. */
  readonly spoken?: string | undefined;
}

/** Asks the user. True only for a clear yes; rejects with a `ToolFailure` when there is no answer, with `signal.reason` when it is not wanted any more. */
export type ApproveTool = (request: ApprovalRequest, signal: AbortSignal) => Promise<boolean>;

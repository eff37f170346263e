/** What the user is asked before a tool runs. The oracle's own process asks; what the user sees is the call's page. */
export interface ApprovalRequest {
  readonly tool: string;
  /** The author's words for what it does. */
  readonly description: string;
  /** What it would be run with, as JSON: the model's words, so not to be believed, and shown as text. */
  readonly argumentsText: string;
}

/** Asks the user. True only for a clear yes; rejects with `signal.reason` when the answer is not wanted any more. */
export type ApproveTool = (request: ApprovalRequest, signal: AbortSignal) => Promise<boolean>;

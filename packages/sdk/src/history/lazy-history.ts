/** What is loaded when a past call is asked for, or a transcript is to be kept: one chunk, since most pages that need one need both. */
export { createCallHistory } from './own-call-history.ts';
export { TranscriptKeeper } from './transcript-keeper.ts';

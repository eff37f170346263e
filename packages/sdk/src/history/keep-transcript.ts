import type { Clock } from '@oracle-calls/protocol';
import type { CallDriver } from '../call/call-driver.ts';
import type { CallNotice } from '../call/notices.ts';
import type { TranscriptKeeper, TranscriptKeeperDeps } from './transcript-keeper.ts';

/** A notice of something that is kept, and when it came, in epoch milliseconds. */
export type HeardNotice = readonly [at: number, notice: CallNotice];

/** A call's transcript while it is being kept. */
export interface KeptTranscript {
  /** Writes what was not written yet. */
  pageHidden(): void;
  /** Resolves when everything was written or given up. */
  readonly done: Promise<void>;
}

/** Collects at once, so that no word is missed while the code that keeps them is being loaded. */
export function keepTranscript(
  call: CallDriver,
  deps: TranscriptKeeperDeps & { readonly clock: Clock },
  load: () => Promise<{ readonly TranscriptKeeper: typeof TranscriptKeeper }> = () => import('./lazy-history.ts'),
): KeptTranscript {
  const heard: HeardNotice[] = [];
  let keeper: TranscriptKeeper | undefined;
  call.observe((notice) => {
    if ('text' in notice || notice.kind === 'question' || notice.kind === 'questionOver') {
      heard.push([deps.clock.now(), notice]);
    }
  });
  const keep = async (): Promise<void> => {
    const loaded = await load();
    keeper = new loaded.TranscriptKeeper(call, heard, deps);
    await keeper.done;
  };
  return { pageHidden: () => keeper?.pageHidden(), done: keep() };
}

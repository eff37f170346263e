import * as v from 'valibot';
import type { SignedOutNotice } from './app-state.ts';

const STORAGE_KEY = 'oracle-calls.notice';

const noticeSchema = v.picklist(['session-over', 'device-listed'] satisfies readonly SignedOutNotice[]);

/** Leaves word for the page's next life in this tab. */
export function leaveNotice(storage: Pick<Storage, 'setItem'>, notice: SignedOutNotice): void {
  storage.setItem(STORAGE_KEY, notice);
}

/** What the page's life before had to say; once. */
export function takeNotice(storage: Pick<Storage, 'getItem' | 'removeItem'>): SignedOutNotice | undefined {
  const parsed = v.safeParse(noticeSchema, storage.getItem(STORAGE_KEY));
  storage.removeItem(STORAGE_KEY);
  return parsed.success ? parsed.output : undefined;
}

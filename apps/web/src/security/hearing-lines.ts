import { listenersOf, type CallHearing, type SentKind } from '@oracle-calls/protocol/hearing';
import type { securityEnglish } from './security.en.ts';

/** One sentence about who hears the call: a text of the catalogue, and the host that it names. */
export interface HearingLine {
  readonly text: Exclude<keyof (typeof securityEnglish)['hearing'], 'title' | 'word'>;
  readonly host?: string;
}

/** Isolates: a host reads from left to right, also in a sentence that does not. */
const shown = (host: string): string => `\u2066${host}\u2069`;

/** One sentence for whoever gets both voice and words: that is most that hear. */
function sentencesOf(what: readonly SentKind[]): readonly (SentKind | 'audioAndText')[] {
  if (!what.includes('audio') || !what.includes('text')) return what;
  return ['audioAndText', ...what.filter((kind) => kind === 'pictures')];
}

/** What leaves the oracle's machine first, then what does not. An oracle that would remember may have been told to keep nothing of this call. */
export function hearingLines(hearing: CallHearing, mayRemember: boolean): HearingLine[] {
  const sent = listenersOf(hearing).flatMap(({ host, what }) =>
    sentencesOf(what).map((text) => ({ text, host: shown(host) })),
  );
  return [
    ...(sent.length === 0 ? [{ text: 'here' } as const] : sent),
    ...(hearing.pictures?.where === 'this-machine' ? [{ text: 'seenHere' } as const] : []),
    ...(hearing.remembers ? [{ text: mayRemember ? 'remembers' : 'keepsNothing' } as const] : []),
  ];
}

/** Whether anything of the call goes to somebody who is not the oracle. */
export const leavesTheMachine = (hearing: CallHearing): boolean => listenersOf(hearing).length > 0;

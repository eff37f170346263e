import { listenersOf, type CallHearing, type SentKind } from '@oracle-calls/protocol/hearing';

const SENT: Readonly<Record<SentKind, string>> = { audio: 'your voice', text: 'words', pictures: 'your pictures' };

const REMEMBERS = 'this oracle remembers this conversation';
const KEEPS_NOTHING = 'this oracle was told to keep nothing of this call';

/** Who hears a call, each part a phrase. An oracle that would remember may have been told to keep nothing of this call. Hosts have been checked: they hold nothing that steers a terminal. */
export function describeHearing(hearing: CallHearing, mayRemember: boolean): readonly string[] {
  const sent = listenersOf(hearing).flatMap(({ host, what }) => what.map((kind) => `${SENT[kind]} sent to ${host}`));
  return [
    ...(sent.length === 0 ? ["heard on this oracle's machine only"] : sent),
    ...(hearing.pictures?.where === 'this-machine' ? ["your pictures are seen on this oracle's machine"] : []),
    ...(hearing.remembers ? [mayRemember ? REMEMBERS : KEEPS_NOTHING] : []),
  ];
}

import { listenersOf, type CallHearing, type SentKind } from '@oracle-calls/protocol/hearing';

const SENT: Readonly<Record<SentKind, string>> = { audio: 'your voice', text: 'words', pictures: 'your pictures' };

/** Who hears a call, as one line. Hosts have been checked: they hold nothing that steers a terminal. */
export function describeHearing(hearing: CallHearing): string {
  const elsewhere = listenersOf(hearing).map(
    ({ host, what }) => `${what.map((kind) => SENT[kind]).join(' and ')} sent to ${host}`,
  );
  const parts = [
    elsewhere.length === 0 ? "heard on this oracle's machine only" : elsewhere.join('; '),
    ...(hearing.pictures?.where === 'this-machine' ? ["your pictures are seen on this oracle's machine"] : []),
    ...(hearing.remembers ? ['this oracle remembers the conversation'] : []),
  ];
  return parts.join('; ');
}

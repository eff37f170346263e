import type { Logger } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { ConversationObserver } from './observer.ts';
import type { SilenceWatch } from './silence-watch.ts';
import type { TurnRecord } from './turn-record.ts';
import type { TurnSettling } from './turn-settling.ts';
import type { TurnEvents } from './turns/turn-listener.ts';

export interface HearingFollowers {
  readonly observer: Pick<ConversationObserver, 'words'>;
  readonly record: TurnRecord;
  readonly settling: TurnSettling;
  readonly silence: SilenceWatch | undefined;
  readonly log: Logger;
}

/** Tells everybody who follows the user's turns of them: captions, measures, waiting tools, the log. `next` passes them on to the framework. */
export function hearingEvents(
  { observer, record, settling, silence, log }: HearingFollowers,
  next: Pick<TurnEvents, 'likely' | 'interrupted' | 'notHeard'> & { readonly turn: (text: string) => void },
): TurnEvents {
  let segment = createPayloadId();
  return {
    begun(startedAt) {
      silence?.userBegins();
      settling.begin();
      record.held(startedAt);
    },
    interim: (text) => observer.words({ speaker: 'user', segment, text, isFinal: false }),
    likely: next.likely,
    notHeard: next.notHeard,
    interrupted() {
      log.info('answer interrupted');
      next.interrupted();
    },
    turn({ text, stoppedAt, recognisedAt }) {
      silence?.userEnds({ hasSpoken: true });
      // That things are said, never what.
      log.info('user said something', { characters: text.length });
      observer.words({ speaker: 'user', segment, text, isFinal: true });
      segment = createPayloadId();
      record.turnOver(stoppedAt, recognisedAt);
      next.turn(text);
    },
    dropped() {
      silence?.userEnds({ hasSpoken: false });
      segment = createPayloadId();
    },
  };
}

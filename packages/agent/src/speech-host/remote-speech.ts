import { OracleCallError } from '@oracle-calls/protocol';
import { untilAborted } from '../brain/until-aborted.ts';
import type {
  SpeechConversation,
  SpeechConversationOptions,
  SpeechToSpeech,
} from '../hosted/realtime/speech-to-speech.ts';
import { applyNote, toWireContext } from '../memory/wire.ts';
import type { RealtimeInput, SpeechFacts } from './messages.ts';
import type { SpeechClient } from './speech-client.ts';

/** The realtime model of the speech host, where the oracle's key and tools are. */
export function remoteSpeech(client: SpeechClient, { brainTitle, hearing }: SpeechFacts): SpeechToSpeech {
  return { title: brainTitle, place: hearing.languageModel, converse: (options) => converse(client, options) };
}

async function converse(client: SpeechClient, options: SpeechConversationOptions): Promise<SpeechConversation> {
  const { context, turns = [], approve, onNotice, signal } = options;
  const { user, ...rest } = context;
  const over = new AbortController();
  const opened = Promise.withResolvers<(input: RealtimeInput) => void>();
  const running = client.runOnce(
    {
      engine: 'realtime',
      turns,
      context: toWireContext(rest),
      canApprove: approve !== undefined,
      hasUser: user !== undefined,
    },
    {
      signal: over.signal,
      asks: { approve, user },
      onNote: (change) => applyNote(context, change),
      onNotice: (notice, feed) => {
        if (notice.kind === 'opened') opened.resolve(feed);
        else if (!over.signal.aborted) onNotice(notice);
      },
    },
  );
  let isOpen = false;
  const ended = running.then(
    () => undefined,
    (cause: unknown) => {
      opened.reject(cause);
      // Whoever closes it knows.
      if (isOpen && !over.signal.aborted) onNotice({ kind: 'over', cause });
    },
  );
  const close = async (): Promise<void> => {
    over.abort(new OracleCallError('ERR_INTERNAL', 'The conversation is closed.'));
    await ended;
  };
  try {
    const feed = await untilAborted(opened.promise, signal);
    isOpen = true;
    return {
      hear: (samples) => feed({ kind: 'sound', samples }),
      write: (text) => feed({ kind: 'written', text }),
      giveUp: () => feed({ kind: 'give-up' }),
      heardUntil: (answerId, playedMs) => feed({ kind: 'heard-until', answerId, playedMs }),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

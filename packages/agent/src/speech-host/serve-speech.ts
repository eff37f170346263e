import { untilAborted } from '../brain/until-aborted.ts';
import type {
  SpeechConversation,
  SpeechConversationOptions,
  SpeechToSpeech,
} from '../hosted/realtime/speech-to-speech.ts';
import type { RealtimeInput, RealtimeNotice } from './messages.ts';

export interface ServedSpeech extends Omit<SpeechConversationOptions, 'onNotice'> {
  readonly signal: AbortSignal;
  readonly tell: (notice: RealtimeNotice) => void;
  /** Says who takes what the job gives, once somebody does. */
  readonly listen: (take: (input: RealtimeInput) => void) => void;
}

/** Holds one conversation of a job with a realtime model, until the job wants no more of it. @throws what ended it, `signal.reason` */
export async function serveSpeech(
  model: SpeechToSpeech,
  { tell, listen, signal, ...options }: ServedSpeech,
): Promise<never> {
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  await using conversation = await model.converse({
    ...options,
    signal,
    onNotice: (notice) => {
      if (notice.kind === 'over') over.reject(notice.cause);
      else tell(notice);
    },
  });
  listen((input) => take(conversation, input));
  tell({ kind: 'opened' });
  return await untilAborted(over.promise, signal);
}

function take(conversation: SpeechConversation, input: RealtimeInput): void {
  switch (input.kind) {
    case 'sound':
      return conversation.hear(input.samples);
    case 'written':
      return conversation.write(input.text);
    case 'give-up':
      return conversation.giveUp();
    case 'heard-until':
      return conversation.heardUntil(input.answerId, input.playedMs);
    default:
      input satisfies never;
  }
}

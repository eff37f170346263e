import type { Avatar } from '../avatar/avatar.ts';
import { createOrb } from '../avatar/orb.ts';
import type { Brain, CallContext } from '../brain/brain.ts';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';
import type { TurnSettings } from '../oracle/turn-settings.ts';
import type { SpeechOptions, Synthesiser, TimedSpeech } from '../speech/synthesiser/synthesiser.ts';
import type { TurnDetector } from '../speech/turn-detector/turn-detector.ts';
import type { SpeechToSpeech } from '../hosted/realtime/speech-to-speech.ts';
import { remoteSpeech } from './remote-speech.ts';
import type { SpeechClient } from './speech-client.ts';

/** The engines of the speech host, as a conversation takes them. */
export interface RemoteEngines {
  readonly recogniser: Recogniser;
  readonly synthesiser: Synthesiser;
  readonly turnDetector: TurnDetector | undefined;
  readonly brain: Brain;
  /** A model that hears and speaks by itself: then the other engines are not there. */
  readonly spoken: SpeechToSpeech | undefined;
  /** What is said when the brain fails. */
  readonly apology: string;
  /** Who hears the call. */
  readonly hearing: CallHearing;
  /** How the oracle takes turns. */
  readonly turns: TurnSettings;
}

/**
 * Waits for the host's models. Speech is in the voice that the caller wishes, and the caller is understood in the language that they asked for, where it can be. Closing one of these engines closes nothing: they are the host's, and the connection is the client's.
 *
 * @throws {OracleCallError} `ERR_UPSTREAM_SPEECH` when the host is not there in time
 */
export async function openRemoteEngines(
  client: SpeechClient,
  signal?: AbortSignal,
  { voice: wished, language: spoken }: Pick<CallContext, 'voice' | 'language'> = {},
): Promise<RemoteEngines> {
  const facts = await client.ready(signal);
  const { sampleRate, brainTitle, wantsStills, apology, hearing, hasWordTimes, hasTurnDetector, turns } = facts;
  const close = (): Promise<void> => Promise.resolve();
  const notOurs = { close, [Symbol.asyncDispose]: close };
  const speak = async (text: string, { signal: within, voice = wished }: SpeechOptions = {}): Promise<TimedSpeech> => {
    const { samples, words = [] } = await client.run({ engine: 'synthesiser', text, voice }, { signal: within });
    return { samples, words };
  };
  return {
    hearing,
    apology,
    turns,
    spoken: facts.isRealtime ? remoteSpeech(client, facts) : undefined,
    recogniser: {
      ...notOurs,
      transcribe: async (pcm16k, { rivals, language = spoken, signal: within } = {}) => {
        const work = { engine: 'recogniser', pcm16k, rivals, language } as const;
        const { text, rival } = await client.run(work, { signal: within });
        return { text, ...(rival === undefined ? {} : { rival }) };
      },
    },
    synthesiser: {
      ...notOurs,
      sampleRate,
      synthesise: async (text, options) => (await speak(text, options)).samples,
      ...(hasWordTimes ? { speak } : {}),
    },
    turnDetector: hasTurnDetector
      ? {
          ...notOurs,
          completion: async (pcm16k, options) =>
            (await client.run({ engine: 'turn-detector', pcm16k } as const, options)).completion,
        }
      : undefined,
    brain: {
      ...notOurs,
      title: brainTitle,
      place: hearing.languageModel,
      wantsStills,
      answer: (said, context, options) => client.answer(said, context, options),
    },
  };
}

/**
 * What stands for the oracle in a video call; `undefined` for one that shows nothing. What an author draws is drawn in the host, where no key is.
 *
 * @throws {OracleCallError} `ERR_UPSTREAM_SPEECH` when the host is not there in time
 */
export async function openRemoteAvatar(client: SpeechClient, signal: AbortSignal): Promise<Avatar | undefined> {
  const { avatar } = await client.ready(signal);
  if (avatar === 'none') return undefined;
  if (avatar === 'orb') return createOrb();
  return {
    ...avatar,
    async draw({ rgba }, { level, activity, atMs }) {
      const drawn = await client.run({ engine: 'avatar', level, activity, atMs }, { signal });
      rgba.set(drawn.rgba);
    },
  };
}

import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { voice } from '@livekit/agents';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { CallContext } from '../brain/brain.ts';
import { BrainLlm } from './brain-llm.ts';
import type { Engines } from './engines.ts';
import { LocalStt } from './local-stt.ts';
import { LocalTts } from './local-tts.ts';
import type { Speaker } from './speaker.ts';
import { UserEars } from './user-ears.ts';
import { VoiceOutput } from './voice-output.ts';

/** From the end of an utterance to the answer's start, in ms, beside what recognition takes. */
const ENDPOINTING = { minDelay: 300, maxDelay: 1_500 };
/** A local model on a busy machine may be silent this long within an answer, in ms, before the framework gives up on it. */
const MODEL_IDLE_MS = 60_000;

/** A spoken conversation: hears one stream, speaks into one speaker, and touches nothing else. */
export interface Conversation extends AsyncDisposable {
  /** Listens to this sound from now on. */
  hear(stream: ReadableStream<AudioFrame>): Promise<void>;
  /** Hears nobody, and falls silent at once. */
  fallSilent(): Promise<void>;
  close(): Promise<void>;
}

export interface ConversationOptions {
  readonly engines: Engines;
  readonly speaker: Speaker;
  readonly context: CallContext;
  readonly log: Logger;
  readonly clock: Clock;
  /** The conversation broke and will not answer any more. */
  readonly onFailed: (cause: unknown) => void;
}

/**
 * Starts a conversation on the framework's `AgentSession`, without giving it the room: sound goes in and out through our
 * own objects, so no transcript, attribute or data packet of the framework can reach the SFU.
 *
 * Everything that the framework might resolve to a hosted service is pinned to something local.
 */
export async function startConversation(options: ConversationOptions): Promise<Conversation> {
  const { engines, speaker, context, log, clock, onFailed } = options;
  const session = new voice.AgentSession({
    stt: new LocalStt(engines.recogniser),
    llm: new BrainLlm(engines.brain, context),
    tts: new LocalTts(engines.synthesiser),
    vad: engines.vad,
    turnHandling: { turnDetection: 'vad', interruption: { mode: 'vad' }, endpointing: ENDPOINTING },
    userAwayTimeout: null,
    ttsReadIdleTimeout: MODEL_IDLE_MS,
    forwardAudioIdleTimeout: MODEL_IDLE_MS,
  });
  const ears = new UserEars();
  const mouth = new VoiceOutput(speaker, clock);
  let isClosing = false;
  reportFacts(session, log, (cause) => {
    if (!isClosing) onFailed(cause);
  });
  session.input.audio = ears;
  session.output.audio = mouth;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    isClosing = true;
    closing ??= (async () => {
      await ears.stopListening();
      mouth.clearBuffer();
      await session.close();
      await ears.close();
    })();
    return closing;
  };
  try {
    // The brain has its own instructions: this text goes nowhere.
    await session.start({ agent: new voice.Agent({ instructions: '' }), record: false });
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    hear: (stream) => ears.listenTo(stream),
    async fallSilent() {
      await ears.stopListening();
      mouth.clearBuffer();
      await session.interrupt({ force: true }).await;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Logs that things were said, never what; and notices when the session gives up. */
function reportFacts(session: voice.AgentSession, log: Logger, onBroken: (cause: unknown) => void): void {
  const { AgentSessionEventTypes: Events, CloseReason } = voice;
  const broken: string = CloseReason.ERROR;
  session.on(Events.UserInputTranscribed, ({ isFinal, transcript }) => {
    if (isFinal) log.info('user said something', { characters: transcript.length });
  });
  session.on(Events.AgentStateChanged, ({ newState }) => {
    if (newState === 'speaking') log.info('oracle speaks');
  });
  session.on(Events.Error, ({ error }) => {
    log.warn('a part of the conversation failed', { part: partOf(error) });
  });
  session.on(Events.Close, ({ reason, error }) => {
    if (reason === broken) onBroken(error ?? reason);
  });
}

function partOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : 'unknown';
}

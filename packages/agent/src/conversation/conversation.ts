import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { voice } from '@livekit/agents';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { CallContext } from '../brain/brain.ts';
import type { UserEyes } from '../sight/still.ts';
import type { ApproveTool } from '../tools/approval.ts';
import { BrainLlm } from './brain-llm.ts';
import { UTTERANCE_SILENCE_MS } from './engines.ts';
import type { Engines } from './engines.ts';
import { LocalStt } from './local-stt.ts';
import { LocalTts } from './local-tts.ts';
import { ObservedAgent } from './observed-agent.ts';
import type { ConversationObserver, OracleActivity } from './observer.ts';
import type { Speaker } from '@oracle-calls/node-media/seat';
import { TurnRecord } from './turn-record.ts';
import { TurnSettling } from './turn-settling.ts';
import { SpokenText } from './spoken-text.ts';
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
  /** Takes a written message as the user's turn, and answers aloud. */
  write(text: string): Promise<void>;
  /** Stops speaking, and goes on listening. */
  interrupt(): Promise<void>;
  /** Hears nobody, and falls silent at once. */
  fallSilent(): Promise<void>;
  close(): Promise<void>;
}

export interface ConversationOptions {
  readonly engines: Engines;
  readonly speaker: Speaker;
  readonly context: CallContext;
  /** Asks the user about a tool; absent, tools that need approval are refused. */
  readonly approve?: ApproveTool | undefined;
  /** Looks at what the user shows; absent where nobody may. */
  readonly eyes?: UserEyes | undefined;
  readonly observer: ConversationObserver;
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
  const { engines, speaker, context, observer, log, clock, onFailed } = options;
  const settling = new TurnSettling();
  const record = new TurnRecord(observer.turn, clock);
  const session = new voice.AgentSession({
    stt: new LocalStt(engines.recogniser),
    llm: new BrainLlm(engines.brain, context, { approve: options.approve, eyes: options.eyes, settling, record }),
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
  const spoken = new SpokenText(observer, clock);
  tellObserver(session, observer, spoken);
  followTurns(session, settling);
  recordTurns(session, record, clock);
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
    await session.start({ agent: new ObservedAgent(spoken, settling), record: false });
  } catch (cause) {
    await close();
    throw cause;
  }
  const interrupt = async (): Promise<void> => {
    mouth.clearBuffer();
    await session.interrupt({ force: true }).await;
  };
  return {
    hear: (stream) => ears.listenTo(stream),
    async write(text) {
      await interrupt();
      settling.complete(text);
      session.generateReply({ userInput: text, inputModality: 'text' });
    },
    interrupt,
    async fallSilent() {
      await ears.stopListening();
      await interrupt();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What the framework calls an agent's state, as a caller sees it. */
const ACTIVITIES: Readonly<Partial<Record<voice.AgentState, OracleActivity>>> = {
  idle: 'listening',
  listening: 'listening',
  thinking: 'thinking',
  speaking: 'speaking',
};

/** The user's words as they are recognised, and what the oracle does. What it says comes from {@link SpokenText}. */
function tellObserver(session: voice.AgentSession, observer: ConversationObserver, spoken: SpokenText): void {
  const { AgentSessionEventTypes: Events } = voice;
  let segment = createPayloadId();
  session.on(Events.UserInputTranscribed, ({ isFinal, transcript }) => {
    const text = transcript.trim();
    if (text !== '') observer.words({ speaker: 'user', segment, text, isFinal });
    if (isFinal) segment = createPayloadId();
  });
  session.on(Events.AgentStateChanged, ({ oldState, newState }) => {
    // An interrupted answer ends here; its text is not read to the end.
    if (oldState === 'speaking') spoken.end();
    const activity = ACTIVITIES[newState];
    if (activity !== undefined) observer.activity(activity);
  });
}

/** A new turn begins when somebody speaks. */
function followTurns(session: voice.AgentSession, settling: TurnSettling): void {
  session.on(voice.AgentSessionEventTypes.UserStateChanged, ({ newState }) => {
    if (newState === 'speaking') settling.begin();
  });
}

function recordTurns(session: voice.AgentSession, record: TurnRecord, clock: Clock): void {
  const { AgentSessionEventTypes: Events } = voice;
  let stoppedAt = 0;
  session.on(Events.UserInputTranscribed, ({ isFinal }) => {
    if (isFinal) record.turnOver(stoppedAt, clock.now());
  });
  session.on(Events.UserStateChanged, ({ newState }) => {
    if (newState === 'listening') stoppedAt = clock.now() - UTTERANCE_SILENCE_MS;
    if (newState === 'speaking' && session.agentState === 'speaking') record.held(clock.now());
  });
  session.on(Events.AgentStateChanged, ({ oldState, newState }) => {
    if (newState === 'speaking') record.firstAudio();
    else if (oldState === 'speaking') record.answerOver('heard');
  });
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

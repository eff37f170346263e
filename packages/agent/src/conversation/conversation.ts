import type { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { voice } from '@livekit/agents';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { waitAtMost } from '@oracle-calls/protocol';
import type { CallContext } from '../brain/brain.ts';
import type { UserEyes } from '../sight/still.ts';
import { turnRules } from '../oracle/turn-settings.ts';
import type { TurnSettings } from '../oracle/turn-settings.ts';
import type { ApproveTool } from '../tools/approval.ts';
import { BrainLlm } from './brain-llm.ts';
import { watchCallLength } from './call-length.ts';
import { EchoGuard } from './echo/echo-guard.ts';
import type { Engines } from './engines.ts';
import { OwnRecognition, OwnSpeech } from './framework-parts.ts';
import { hearingEvents } from './hearing-events.ts';
import type { ConversationObserver } from './observer.ts';
import type { Speaker } from '@oracle-calls/node-media/seat';
import { followAnswers, reportFacts } from './session-facts.ts';
import { SilenceWatch } from './silence-watch.ts';
import { TalkingAgent } from './talking-agent.ts';
import { TurnRecord } from './turn-record.ts';
import { TurnSettling } from './turn-settling.ts';
import { TurnListener } from './turns/turn-listener.ts';
import type { OracleVoice } from './turns/turn-listener.ts';
import { UserEars } from './user-ears.ts';
import { AnswerVoice } from './voice/answer-voice.ts';
import { SpokenCaptions } from './voice/spoken-captions.ts';
import { VoiceFailures } from './voice/voice-failures.ts';
import { VoiceOutput } from './voice/voice-output.ts';

/** A local model on a busy machine may be silent this long within an answer, in ms, before the framework gives up on it. */
const MODEL_IDLE_MS = 60_000;
/** Who begins to speak when only this is left of an answer, in ms, answers it: even "yes" is no mere sign of listening then. */
const ENDING_MS = 700;
/** The framework has taken down what was heard of an interrupted answer by then, in ms, or never will. */
const INTERRUPTED_MAX_MS = 1_000;

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
  /** How the oracle takes turns; {@link TURN_DEFAULTS} where it is silent about something. */
  readonly turns?: TurnSettings | undefined;
  /** When the call ends at the latest, by the clock; it is warned of aloud. */
  readonly endsAt?: number | undefined;
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
 * Whose turn it is, is found out here (`turns/`); the framework is told as if by a recogniser that knows it, and keeps the history and the order of
 * answers. Everything that it might resolve to a hosted service is pinned to something local.
 */
export async function startConversation(options: ConversationOptions): Promise<Conversation> {
  const { engines, speaker, context, observer, log, clock, onFailed } = options;
  let isClosing = false;
  const rules = turnRules(options.turns);
  const settling = new TurnSettling(clock);
  const record = new TurnRecord(observer.turn, clock);
  const answers = new AnswerVoice(
    engines.synthesiser,
    new VoiceFailures({
      observer,
      log,
      onGivenUp: (cause) => {
        if (!isClosing) onFailed(cause);
      },
    }),
  );
  const captions = new SpokenCaptions(observer, clock);
  const echo = new EchoGuard(clock);
  const mouth = new VoiceOutput(speaker, clock, answers.scriptOf, {
    played: (frame, soundsAt) => echo.played(frame.data, frame.sampleRate, soundsAt),
    fellSilent: () => echo.fellSilent(),
    heard: captions.heard,
    begun: () => record.firstAudio(),
    givenUp: answers.giveUp,
  });
  const session = new voice.AgentSession({
    stt: new OwnRecognition(),
    llm: new BrainLlm(engines.brain, context, {
      approve: options.approve,
      eyes: options.eyes,
      settling,
      record,
      voice: answers,
    }),
    tts: new OwnSpeech(engines.synthesiser.sampleRate),
    vad: null,
    turnHandling: {
      turnDetection: 'stt',
      // Who speaks over whom is decided before the framework hears of it.
      interruption: { mode: 'vad', resumeFalseInterruption: false },
      endpointing: { minDelay: 0, maxDelay: 0 },
      preemptiveGeneration: {
        enabled: true,
        preemptiveTts: false,
        maxSpeechDuration: Number.POSITIVE_INFINITY,
        maxRetries: 6,
      },
    },
    aecWarmupDuration: null,
    userAwayTimeout: null,
    ttsReadIdleTimeout: MODEL_IDLE_MS,
    forwardAudioIdleTimeout: MODEL_IDLE_MS,
  });
  const oracle: OracleVoice = {
    get isBusy() {
      return mouth.isSpeaking || session.agentState === 'thinking' || session.agentState === 'speaking';
    },
    get isEnding() {
      return mouth.isSpeaking && mouth.remainingMs < ENDING_MS;
    },
    get lately() {
      return captions.lately;
    },
    hold() {
      mouth.hold();
      log.info('answer held');
    },
    release() {
      mouth.release();
      log.info('answer let go');
    },
  };
  const ears = new UserEars();
  let interrupting: Promise<unknown> = Promise.resolve();
  const giveUpAnswer = (force: boolean, { isMeasured = true } = {}): Promise<unknown> => {
    let interrupted: Promise<unknown> = Promise.resolve();
    try {
      interrupted = session.interrupt({ force }).await;
    } catch {
      // Whatever may not be interrupted is not.
      if (!force) return interrupted;
    }
    if (isMeasured) record.answerOver('given-up');
    mouth.clearBuffer();
    // The framework waits for a sentence that is being made, which may be long.
    answers.giveUpAll();
    return (interrupting = interrupted.catch(() => undefined));
  };
  /** What was heard of an interrupted answer belongs to what the brain is told. */
  const afterInterrupting = async (act: () => void): Promise<void> => {
    await waitAtMost(clock, interrupting, INTERRUPTED_MAX_MS);
    act();
  };
  const say = (text: string): void => {
    if (!isClosing) session.say(text);
  };
  const silence =
    rules.stillThereSeconds === 'off'
      ? undefined
      : new SilenceWatch({
          afterMs: rules.stillThereSeconds * 1000,
          isUserMuted: () => context.isUserMuted === true,
          ask: () => say(rules.phrases.stillThere),
          clock,
        });
  const events = hearingEvents(
    { observer, record, settling, silence, log },
    {
      likely: (text) => void afterInterrupting(() => agent.likely(text)),
      interrupted: () => void giveUpAnswer(false),
      notHeard: () => say(rules.phrases.notHeard),
      turn(text) {
        // What it was about to say by itself: nobody spoke over that, and it is late now. What is measured is the new turn already.
        if (answers.isSpeaking) void giveUpAnswer(false, { isMeasured: false });
        void afterInterrupting(() => agent.turn(text));
      },
    },
  );
  const { recogniser, turnDetector } = engines;
  const listener = new TurnListener({ recogniser, turnDetector, oracle, ownVoice: echo, rules, events, clock, log });
  const agent = new TalkingAgent({
    vad: engines.vad,
    hear: (window) => listener.hear(window),
    speak: (text) => answers.speak(text),
    settling,
  });
  followAnswers(session, { observer, record, silence });
  reportFacts(session, log, (cause) => {
    if (!isClosing) onFailed(cause);
  });
  session.input.audio = ears;
  session.output.audio = mouth;
  using opened = new DisposableStack();
  if (silence !== undefined) opened.use(silence);
  if (options.endsAt !== undefined) {
    const sayLast = (text: string): void =>
      void giveUpAnswer(true).then(() => {
        if (!isClosing) session.say(text, { allowInterruptions: false });
      });
    opened.use(watchCallLength({ endsAt: options.endsAt, rules, clock, say, sayLast }));
  }
  let closing: Promise<void> | undefined;
  const timers = opened.move();
  const close = (): Promise<void> => {
    isClosing = true;
    closing ??= (async () => {
      timers.dispose();
      await ears.stopListening();
      listener.reset();
      mouth.clearBuffer();
      await session.close();
      answers.giveUpAll();
      await ears.close();
    })();
    return closing;
  };
  try {
    await session.start({ agent, record: false });
  } catch (cause) {
    await close();
    throw cause;
  }
  const interrupt = async (): Promise<void> => {
    await giveUpAnswer(true);
  };
  return {
    async hear(stream) {
      listener.reset();
      await ears.listenTo(stream);
    },
    async write(text) {
      await interrupt();
      silence?.userEnds({ hasSpoken: true });
      settling.complete(text);
      session.generateReply({ userInput: text, inputModality: 'text' });
    },
    interrupt,
    async fallSilent() {
      await ears.stopListening();
      listener.reset();
      await interrupt();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

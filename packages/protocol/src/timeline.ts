/** Stages of a call's set-up and first turn, in the order in which they normally happen (see `docs/protocol.md`, "Timeline"). */
export const TIMELINE_STAGES = [
  'click',
  'eventSent',
  'joinToken',
  'sfuConnected',
  'synced',
  'agentJoined',
  'keyFetched',
  'handshake',
  'oracleAudible',
  'questionEnded',
  'answerAudible',
  'ended',
] as const;
export type TimelineStage = (typeof TIMELINE_STAGES)[number];

/** Milliseconds since `click`, for the stages that have happened. */
export type TimelineMs = Partial<Record<TimelineStage, number>>;

/** Stages of the start of an agent's job, in the order in which they normally happen. */
export const JOB_STAGES = [
  'claimed',
  'keyFetched',
  'userResolved',
  'keyOpened',
  'connected',
  'published',
  'userHere',
  'voiceSubscribed',
  'handshakeBegun',
  'confirmed',
  'peerReady',
  'earconSent',
  'conversationReady',
] as const;
export type JobStage = (typeof JOB_STAGES)[number];

/** Stages of one spoken turn at the agent, from the end of the user's speech, in the order in which they normally happen. */
export const TURN_STAGES = ['recognised', 'answerBegun', 'firstToken', 'firstAudio'] as const;
export type TurnStage = (typeof TURN_STAGES)[number];

/** How a turn of the user's went on. */
export const TURN_OUTCOMES = [
  /** Answered, and the answer was heard to its end. */
  'answered',
  /** The user spoke over the answer, and it was given up. */
  'interrupted',
  /** The answer was held because something was heard, went on where it was, and was heard to its end. */
  'resumed',
  /** Nothing was said to it. */
  'unanswered',
] as const;
export type TurnOutcome = (typeof TURN_OUTCOMES)[number];

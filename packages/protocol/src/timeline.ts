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

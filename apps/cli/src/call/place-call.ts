import type { Readable } from 'node:stream';
import { isOracleCallError, OracleCallError, silentLogger, systemClock } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { EndedState, OracleCall } from '@oracle-calls/sdk/core';
import { acceptNamedKeys } from './account/changed-keys.ts';
import { CallProgress } from './call-progress.ts';
import { errorFields } from './call-report.ts';
import type { CallReport } from './call-report.ts';
import type { CallSettings } from './call-settings.ts';
import { CallQuestions } from './call-questions.ts';
import { CallWatch } from './call-watch.ts';
import { openCaller } from './caller.ts';
import { Recording } from './recording.ts';
import { converse } from './talk/converse.ts';
import { OracleEar } from './talk/oracle-ear.ts';
import { openSpeakingVoice } from './talk/speaking-voice.ts';
import type { SpeakingVoice } from './talk/speaking-voice.ts';
import { Talk } from './talk/talk.ts';
import { readUtterance } from './talk/utterance.ts';
import { Transcript } from './transcript.ts';
import type { TranscriptLine } from './transcript.ts';

export interface PlaceCallOptions {
  readonly settings: CallSettings;
  readonly stdin: Readable;
  /** Progress, for a person; one line each. */
  readonly progress: (line: string) => void;
  readonly said: (line: TranscriptLine) => void;
  /** Hangs up. */
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

const NOTHING: CallReport = {
  ok: false,
  oracleDid: undefined,
  callId: undefined,
  sessionId: undefined,
  status: 'failed',
  endReason: undefined,
  encrypted: false,
  security: undefined,
  remembers: true,
  transcript: [],
  questions: [],
  unanswered: 0,
  timeline: {},
  recording: undefined,
  error: undefined,
};

/** Holds one call from signing in to hanging up. What goes wrong stands in the report; what the operating system says is thrown. */
export async function placeCall(options: PlaceCallOptions): Promise<CallReport> {
  try {
    return await hold(options);
  } catch (error) {
    if (!isOracleCallError(error)) throw error;
    return { ...NOTHING, remembers: options.settings.remembers, error: errorFields(error) };
  }
}

async function hold(options: PlaceCallOptions): Promise<CallReport> {
  const { settings, progress, signal, clock = systemClock, logger = silentLogger } = options;
  await using opened = new AsyncDisposableStack();
  // Opened before anybody is called: what cannot be recorded, or said, is known at once.
  const recording = settings.record === undefined ? undefined : opened.use(await Recording.open(settings.record));
  let voice: Promise<SpeakingVoice> | undefined;
  const openVoice = (): Promise<SpeakingVoice> =>
    (voice ??= openSpeakingVoice(settings.speechModels).then((it) => opened.use(it)));
  if (settings.source.kind === 'texts' && settings.texts === 'spoken') await openVoice();
  const file = settings.source.kind === 'file' ? await readUtterance(settings.source.path) : undefined;
  const ear = new OracleEar(clock);
  progress('signing in…');
  const caller = opened.use(
    await openCaller({
      settings,
      clock,
      logger,
      signal,
      onHeard: (sound) => {
        ear.hear(sound);
        recording?.add(sound);
      },
    }),
  );
  const { calls, oracleDid, microphone } = caller;
  if (settings.acceptKeys !== undefined) await acceptNamedKeys(calls, oracleDid, settings.acceptKeys, signal);
  const placedAt = clock.now();
  const { agentVoice, language, sessionId, remembers } = settings;
  const call = calls.callOracle({ type: 'audio', oracleDid, agentVoice, language, sessionId, remembers }, { signal });
  const watch = new CallWatch(call, clock);
  const told = new CallProgress(progress, remembers);
  const isInteractive = settings.source.kind === 'lines';
  const { approved, presses } = settings;
  const questions = new CallQuestions({ call, approved, presses, isInteractive, show: progress, clock });
  const transcript = new Transcript(() => clock.now() - placedAt, options.said);
  opened.use(
    call.observe((notice) => {
      watch.hear(notice);
      transcript.hear(notice);
      if (notice.kind === 'oracleState') ear.note(notice.state);
      told.hear(notice);
      questions.hear(notice);
    }),
  );
  told.begin(call.state);
  using over = endWith(call, signal);
  const talk = new Talk({
    call,
    clock,
    microphone,
    ear,
    voice: openVoice,
    texts: settings.texts,
    wrote: (text) => transcript.wrote(text),
    signal: over.signal,
  });
  using _limit = settings.maxMs === undefined ? undefined : clock.after(settings.maxMs, () => void call.endCall());
  void watch.keepLooking(over.signal);
  const failure = await converse({
    call,
    talk,
    source: settings.source,
    file,
    stdin: options.stdin,
    answer: (line) => questions.take(line),
    progress,
    signal: over.signal,
  });
  await watch.look();
  const ended = await call.endCall();
  return reportOf({ call, ended, failure, watch, transcript, questions, talk, settings });
}

/** Aborts when the call has ended by itself, or is to be. */
function endWith(call: OracleCall, signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const over = new AbortController();
  const reason = new OracleCallError('ERR_CALL_ENDED');
  const watching = call.on('state', ({ state }) => {
    if (state.kind === 'Ending' || state.kind === 'Ended') over.abort(reason);
  });
  return {
    signal: AbortSignal.any([over.signal, signal]),
    [Symbol.dispose]: () => {
      watching[Symbol.dispose]();
      over.abort(reason);
    },
  };
}

interface Held {
  readonly call: OracleCall;
  readonly ended: EndedState;
  /** What the talk failed with, though the call did not. */
  readonly failure: OracleCallError | undefined;
  readonly watch: CallWatch;
  readonly transcript: Transcript;
  readonly questions: CallQuestions;
  readonly talk: Talk;
  readonly settings: CallSettings;
}

function reportOf({ call, ended, failure, watch, transcript, questions, talk, settings }: Held): CallReport {
  const error = ended.error ?? failure ?? reasonAgainst(ended, watch);
  return {
    ok: error === undefined,
    oracleDid: call.oracleDid,
    callId: ended.callId,
    sessionId: call.sessionId,
    status: ended.error === undefined ? 'ended' : 'failed',
    endReason: ended.reason,
    encrypted: watch.isEncrypted,
    security: watch.security,
    remembers: call.remembers,
    transcript: transcript.lines,
    questions: questions.all,
    unanswered: talk.unanswered,
    timeline: call.timeline,
    recording: settings.record,
    error: error === undefined ? undefined : errorFields(error),
  };
}

/** A call that ended in peace and yet is no success. */
function reasonAgainst({ reason }: EndedState, watch: CallWatch): OracleCallError | undefined {
  if (!watch.hasBeenLive)
    return new OracleCallError('ERR_CALL_ENDED', `The call ended before the oracle was there (${reason}).`);
  if (!watch.isEncrypted)
    return new OracleCallError('ERR_MEDIA_UNENCRYPTED', 'Nothing shows that sound flowed encrypted both ways.');
  return undefined;
}

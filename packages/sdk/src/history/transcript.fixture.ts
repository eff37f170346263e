import { callIdParts, TRANSCRIPT_EVENT_TYPE } from '@oracle-calls/protocol';
import type { CallId } from '@oracle-calls/protocol';
import type { SentEvent } from '@oracle-calls/testing';
import { createScene, ORACLE_DID, type SceneOptions } from '../call/call-scene.fixture.ts';
import type { CallNotice } from '../call/notices.ts';
import type { OracleCall } from '../call/oracle-call.ts';

/** A scene with calls whose transcripts are kept. */
export function transcriptScene(options: SceneOptions = {}) {
  const scene = createScene(options);
  const { core, clock, matrix, protocol, sfu, notices } = scene;
  let segments = 0;

  const keptCall = async (keepsTranscript = true): Promise<OracleCall & { readonly callId: CallId }> => {
    const call = core.callOracle({ type: 'audio', oracleDid: ORACLE_DID, sessionId: 'session-1', keepsTranscript });
    call.observe((notice) => notices.push(notice));
    await clock.settle();
    sfu.last.join('agent-1');
    protocol.link.confirm('agent-1');
    sfu.last.speak('agent-1');
    await clock.settle();
    const { callId } = call;
    if (call.state.kind !== 'Live' || callId === undefined) throw new Error(`The call is ${call.state.kind}.`);
    return call as OracleCall & { readonly callId: CallId };
  };

  /** Somebody is understood. */
  const say = (speaker: 'user' | 'oracle', text: string, isFinal = true): void => {
    segments += 1;
    const segment = segments.toString(16).padStart(32, '0');
    protocol.link.hear({ kind: 'caption', speaker, segment, text, isFinal });
  };

  /** Parts that the homeserver has. */
  const parts = (): SentEvent[] => matrix.sent.filter(({ type }) => type === TRANSCRIPT_EVENT_TYPE);

  /** Loading code and sealing take turns of the event loop that no clock counts. */
  const until = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await clock.settle();
    }
  };
  const untilParts = (count: number): Promise<true> => until(() => (parts().length >= count ? true : undefined));
  const verdict = (): Promise<CallNotice & { kind: 'transcript' }> =>
    until(() => notices.find((notice): notice is CallNotice & { kind: 'transcript' } => notice.kind === 'transcript'));

  const eventIdOf = (callId: CallId) => callIdParts(callId).eventId;

  return { ...scene, keptCall, say, parts, untilParts, verdict, until, eventIdOf };
}

import { styleText } from 'node:util';
import { TIMELINE_STAGES, type TimelineMs, type TimelineStage } from '@oracle-calls/protocol';

export const STAGE_LABELS: Readonly<Record<TimelineStage, string>> = {
  click: 'click',
  eventSent: 'call event sent',
  joinToken: 'join token',
  sfuConnected: 'connected to SFU',
  synced: 'synced with backend',
  agentJoined: 'agent joined',
  keyFetched: 'key fetched by agent',
  handshake: 'handshake',
  oracleAudible: 'oracle audible, decrypted',
  questionEnded: 'question ended',
  answerAudible: 'answer audible',
  ended: 'ended',
};

/** Set-up ends here: later stages depend on how long people speak. */
const SETUP_END: TimelineStage = 'oracleAudible';
const BAR_MAX = 40;
const LABEL_WIDTH = Math.max(...Object.values(STAGE_LABELS).map((label) => label.length));

/** The timeline as lines for a terminal, in order of time, with bars up to the first audible frame. */
export function timelineTable(timeline: TimelineMs, columns = 80): string[] {
  const setupMs = timeline[SETUP_END] ?? 0;
  const barWidth = Math.max(0, Math.min(BAR_MAX, columns - LABEL_WIDTH - 16));
  return TIMELINE_STAGES.flatMap((stage) => {
    const ms = timeline[stage];
    return ms === undefined ? [] : [{ stage, ms }];
  })
    .toSorted((one, other) => one.ms - other.ms)
    .map(({ stage, ms }) => {
      const isSetup = setupMs > 0 && ms <= setupMs;
      const bar = isSetup ? '━'.repeat(Math.round((ms / setupMs) * barWidth)) : '';
      const time = `${Math.round(ms)} ms`.padStart(9);
      const line = `  ${STAGE_LABELS[stage].padEnd(LABEL_WIDTH)} ${time}`;
      const shown = stage === SETUP_END ? styleText('bold', line) : line;
      return bar === '' ? shown : `${shown}  ${styleText('cyan', bar)}`;
    });
}

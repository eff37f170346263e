import { styleText } from 'node:util';
import { STAGE_LABELS } from 'oracle-calls/timeline-table';
import type { Figures } from './call-costs.ts';
import type { CallBenchmark } from './setup.ts';

/** What set-up may cost at most, in floors: issue 5, item 5. */
export const GOAL_RATIO = 2;

const AGENT_LABELS: Readonly<Record<string, string>> = {
  begun: 'job begun',
  claimed: 'call claimed',
  keyFetched: 'sealed key there',
  keyOpened: 'key opened',
  connected: 'connected to SFU',
  published: 'voice published',
  userHere: 'knows the user',
  voiceSubscribed: 'voice subscribed',
  handshakeBegun: 'offers the handshake',
  confirmed: 'handshake confirmed',
  peerReady: 'user has the keys',
  earconSent: 'first sound sent',
};

const LABEL_WIDTH = 36;
const STAGE_WIDTH = 26;
const BAR_MAX = 28;

const ms = (value: number): string => `${Math.round(value)} ms`.padStart(9);
const row = (label: string, { p50Ms, p95Ms }: Figures): string =>
  `  ${label.padEnd(LABEL_WIDTH)}${ms(p50Ms)}${ms(p95Ms)}`;

/** The figures as lines for a terminal of 80 columns. */
export function setupLines({ setup, handshake }: CallBenchmark): string[] {
  const { page, untilPeerReady, criticalPath } = handshake;
  return [
    styleText('bold', `Set-up of a call (${setup.runs} runs)`),
    `  ${''.padEnd(LABEL_WIDTH)}${'p50'.padStart(9)}${'p95'.padStart(9)}`,
    row("click to the oracle's first sound", setup),
    row('floor: LiveKit alone, agent speaking', { p50Ms: setup.floorP50Ms, p95Ms: setup.floorP95Ms }),
    `  ${'set-up / floor'.padEnd(LABEL_WIDTH)}${setup.ratio.toFixed(2).padStart(9)}   at most ${GOAL_RATIO.toFixed(2)} is the goal`,
    '',
    '  What happens when (p50, since the click)',
    ...stageLines({ ...setup }),
    '',
    `  ${'Handshake'.padEnd(LABEL_WIDTH)}${'p50'.padStart(9)}${'p95'.padStart(9)}`,
    row('agent: offer to confirmed', handshake),
    row('agent: until the user has keys', untilPeerReady),
    row('page: offer to confirmed', page),
    row('on the critical path of set-up', criticalPath),
  ];
}

function stageLines({ stages, agentStages }: Pick<CallBenchmark['setup'], 'stages' | 'agentStages'>): string[] {
  const endMs = stages.oracleAudible ?? 0;
  const ofPage = Object.entries(STAGE_LABELS).flatMap(([stage, label]) => {
    const at = stages[stage as keyof typeof stages];
    return at === undefined || at > endMs ? [] : [{ who: 'page ', label, at }];
  });
  const ofAgent = Object.entries(agentStages).flatMap(([stage, at]) => {
    const label = AGENT_LABELS[stage];
    return label === undefined ? [] : [{ who: 'agent', label, at }];
  });
  return [...ofPage, ...ofAgent]
    .toSorted((one, other) => one.at - other.at)
    .map(({ who, label, at }) => {
      const bar = endMs > 0 ? '━'.repeat(Math.min(BAR_MAX, Math.round((at / endMs) * BAR_MAX))) : '';
      return `  ${who}  ${label.padEnd(STAGE_WIDTH)}${ms(at)}  ${styleText(who === 'agent' ? 'magenta' : 'cyan', bar)}`;
    });
}

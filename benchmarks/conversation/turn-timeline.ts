import type { AgentTurn } from '../../dev/demo/agent-turns.ts';

/** When things happened in one turn, in ms since the user's last sample left the page. */
export interface TurnTimeline {
  /** Where the agent, which hears it later, has the end of the user's speech. */
  readonly agentUserStoppedMs?: number | undefined;
  readonly recognisedMs?: number | undefined;
  readonly answerBegunMs?: number | undefined;
  readonly firstTokenMs?: number | undefined;
  readonly firstAudioMs?: number | undefined;
  readonly audibleMs: number;
}

/** Joins both ends; all clocks are this machine's. @param userStoppedAt at the page, epoch ms; `audibleAt` likewise */
export function joinTurn(
  agent: AgentTurn | undefined,
  page: { readonly userStoppedAt: number; readonly audibleAt: number },
): TurnTimeline {
  const audibleMs = page.audibleAt - page.userStoppedAt;
  if (agent === undefined) return { audibleMs };
  const agentUserStoppedMs = Date.parse(agent.userStoppedAt) - page.userStoppedAt;
  const since = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : ms + agentUserStoppedMs;
  return {
    agentUserStoppedMs,
    recognisedMs: since(agent.recognisedMs),
    answerBegunMs: since(agent.answerBegunMs),
    firstTokenMs: since(agent.firstTokenMs),
    firstAudioMs: since(agent.firstAudioMs),
    audibleMs,
  };
}

/** The turn whose answer was heard first after an instant (epoch ms): of several, the last that began to sound before `audibleAt`. */
export function turnHeard(
  turns: readonly AgentTurn[],
  { since, audibleAt }: { readonly since: number; readonly audibleAt: number },
): AgentTurn | undefined {
  return turns.findLast(({ userStoppedAt, firstAudioMs }) => {
    const stoppedAt = Date.parse(userStoppedAt);
    return firstAudioMs !== undefined && stoppedAt >= since && stoppedAt + firstAudioMs <= audibleAt;
  });
}

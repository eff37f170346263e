import type { TimelineMs } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { percentile } from '../percentile.ts';

/** What the agent logs of a call's set-up: the instant at which its job began, and ms since then. */
const agentTimelineSchema = v.looseObject({
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  claimedMs: v.number(),
  keyFetchedMs: v.number(),
  keyOpenedMs: v.number(),
  connectedMs: v.number(),
  publishedMs: v.number(),
  userHereMs: v.number(),
  voiceSubscribedMs: v.optional(v.number()),
  handshakeBegunMs: v.number(),
  confirmedMs: v.number(),
  peerReadyMs: v.number(),
  earconSentMs: v.number(),
});
type AgentTimeline = v.InferOutput<typeof agentTimelineSchema>;

/** One call as both ends saw it. All clocks are this machine's. */
export interface MeasuredCall {
  /** Epoch milliseconds. */
  readonly clickedAt: number;
  readonly page: TimelineMs;
  /** Epoch milliseconds at which the first frame reached the page. */
  readonly firstFrameAt: number;
  readonly agent: AgentTimeline;
}

export interface Figures {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface HandshakeFigures extends Figures {
  /** In the page, from the offer's arrival to confirmed. */
  readonly page: Figures;
  /** At the agent, from the beginning of its offer to the user's proof that it has the keys: then the oracle may be heard. */
  readonly untilPeerReady: Figures;
  /**
   * In the page, from when everything else was there (both ends in the room, the key with the agent) to confirmed: what set-up would
   * be shorter by without a handshake, the opening of the envelope included.
   */
  readonly criticalPath: Figures;
}

/** @throws {ValiError} when a line is not the agent's timeline of a strict call that was set up */
export function parseAgentTimeline(line: unknown): AgentTimeline {
  return v.parse(agentTimelineSchema, line);
}

/** What the handshake costs; at the agent, from the beginning of its offer to confirmed, where nothing else is said. */
export function handshakeFigures(calls: readonly MeasuredCall[]): HandshakeFigures {
  return {
    ...figures(calls.map(({ agent }) => agent.confirmedMs - agent.handshakeBegunMs)),
    page: figures(calls.map(({ clickedAt, page, firstFrameAt }) => at(page.handshake) - (firstFrameAt - clickedAt))),
    untilPeerReady: figures(calls.map(({ agent }) => agent.peerReadyMs - agent.handshakeBegunMs)),
    criticalPath: figures(
      calls.map(({ clickedAt, page, agent }) => {
        const keyFetched = Date.parse(agent.startedAt) + agent.keyFetchedMs - clickedAt;
        return at(page.handshake) - Math.max(at(page.agentJoined), at(page.sfuConnected), keyFetched);
      }),
    ),
  };
}

/** Medians of the agent's stages, in ms since the click: which of the two ends the other waits for. */
export function agentStages(calls: readonly MeasuredCall[]): Readonly<Record<string, number>> {
  const stages = Object.keys(agentTimelineSchema.entries).filter((name) => name.endsWith('Ms'));
  const begun = calls.map(({ clickedAt, agent }) => Date.parse(agent.startedAt) - clickedAt);
  return Object.fromEntries([
    ['begun', Math.round(percentile(begun, 0.5))],
    ...stages.flatMap((name) => {
      const all = calls.flatMap(({ clickedAt, agent }) => {
        const ms = agent[name];
        return typeof ms === 'number' ? [Date.parse(agent.startedAt) + ms - clickedAt] : [];
      });
      return all.length === 0 ? [] : [[name.slice(0, -'Ms'.length), Math.round(percentile(all, 0.5))] as const];
    }),
  ]);
}

function figures(all: readonly number[]): Figures {
  return { p50Ms: percentile(all, 0.5), p95Ms: percentile(all, 0.95) };
}

function at(stage: number | undefined): number {
  if (stage === undefined) throw new RangeError('A stage did not happen.');
  return stage;
}

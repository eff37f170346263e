import { expect, test } from 'vitest';
import { agentStages, handshakeFigures, parseAgentTimeline, type MeasuredCall } from './call-costs.ts';

const CLICKED_AT = Date.parse('2026-01-01T00:00:00.000Z');

function call(agent: Record<string, unknown> = {}): MeasuredCall {
  return {
    clickedAt: CLICKED_AT,
    page: { click: 0, sfuConnected: 200, agentJoined: 380, handshake: 470, oracleAudible: 560 },
    firstFrameAt: CLICKED_AT + 430,
    agent: parseAgentTimeline({
      startedAt: '2026-01-01T00:00:00.250Z',
      claimedMs: 100,
      keyFetchedMs: 150,
      keyOpenedMs: 160,
      connectedMs: 110,
      publishedMs: 140,
      userHereMs: 160,
      handshakeBegunMs: 160,
      confirmedMs: 215,
      peerReadyMs: 230,
      earconSentMs: 240,
      ...agent,
    }),
  };
}

test('the handshake costs what lies between its own two ends', () => {
  const { p50Ms, page, untilPeerReady } = handshakeFigures([call()]);
  expect([p50Ms, page.p50Ms, untilPeerReady.p50Ms]).toEqual([55, 40, 70]);
});

test('on the critical path it costs what comes after the last of what set-up would wait for anyway', () => {
  // Key at 250 + 150 ms, later than both ends' joining.
  expect(handshakeFigures([call()]).criticalPath.p50Ms).toBe(70);
  expect(handshakeFigures([call({ keyFetchedMs: 100 })]).criticalPath.p50Ms).toBe(90);
});

test("the agent's stages are counted from the click", () => {
  expect(agentStages([call()])).toMatchObject({ begun: 250, claimed: 350, confirmed: 465 });
});

test('a line that is no timeline is refused', () => {
  expect(() => parseAgentTimeline(undefined)).toThrow();
  expect(() => call({ confirmedMs: undefined })).toThrow();
});

import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import { describe, expect, it } from 'vitest';
import { IDENTITY, startJob } from './call-job.fixture.ts';
import type { JobScene } from './call-job.fixture.ts';
import { gone, HERE, liveJob, logHas, offeredJob, over, say } from './call-job.steps.fixture.ts';
import { sealOlderCall } from './signed-call.fixture.ts';
import { startedConversation } from './started-conversation.fixture.ts';

const REQUEST = { tool: 'order', description: 'Order cakes?', argumentsText: '{"count":2}' };
const TEA = [{ key: '1', label: 'Tea' }] as const;

const questionsOf = (scene: JobScene): DataPayload[] =>
  scene.link?.sent.filter(({ kind }) => kind === 'question') ?? [];
const overOf = (scene: JobScene): DataPayload[] =>
  scene.link?.sent.filter((one) => one.kind === 'control' && one.action === 'question-over') ?? [];
const approve = (scene: JobScene): Promise<boolean> => {
  const asked = scene.started?.approve?.(REQUEST, new AbortController().signal);
  if (asked === undefined) throw new TypeError('nobody can be asked');
  return asked;
};
const allow = (scene: JobScene, question = questionsOf(scene).at(-1)?.id ?? ''): void =>
  scene.link?.options.events.payload({
    id: createPayloadId(),
    kind: 'answer',
    answers: 'approval',
    question,
    isApproved: true,
  });
const write = (scene: JobScene, text: string): void =>
  scene.link?.options.events.payload({ id: createPayloadId(), kind: 'chat', text, sentAt: 1 });

describe('what the oracle asks by touch', () => {
  it('goes to the user through the link, and the answer comes from there', async () => {
    const scene = await liveJob();
    const approved = approve(scene);
    expect(questionsOf(scene)).toMatchObject([{ asks: 'approval', tool: 'order', argumentsText: '{"count":2}' }]);
    allow(scene);
    expect(await approved).toBe(true);
    expect(logHas(scene, 'cakes')).toBe(false);
  });

  it('is over when the user is gone, and nobody who comes back answers it', async () => {
    const scene = await liveJob();
    const approved = approve(scene);
    const refused = expect(approved).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
    scene.seat.notice(gone(false));
    await refused;
    expect(overOf(scene)).toHaveLength(1);
    scene.seat.notice(HERE);
    scene.link?.confirm(2);
    scene.link?.options.events.peerReady();
    allow(scene);
    await scene.clock.settle();
    expect(logHas(scene, '"answers":"approval","counts":false')).toBe(true);
  });

  it('is over when somebody of the user’s identity enters anew', async () => {
    const scene = await liveJob();
    const refused = expect(approve(scene)).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
    scene.seat.notice(HERE);
    await refused;
    expect(overOf(scene)).toHaveLength(1);
  });

  it('is over with the call, which leaves no timer', async () => {
    const scene = await liveJob();
    const refused = expect(approve(scene)).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
    say(scene, { kind: 'control', action: 'hang-up' });
    await refused;
    await over(scene);
    expect(overOf(scene)).toHaveLength(0);
  });

  it('is heard as the user’s turn where nobody waits for it', async () => {
    const scene = await liveJob();
    scene.started?.context.user?.offer('What to drink?', TEA);
    const question = questionsOf(scene)[0]?.id ?? '';
    scene.link?.options.events.payload({
      id: createPayloadId(),
      kind: 'answer',
      answers: 'choice',
      question,
      key: '1',
    });
    await scene.clock.settle();
    expect(scene.talk.at(-1)).toBe('reads Tea');
  });

  it('is asked of nobody in the older protocol, whose data nobody seals', async () => {
    const scene = startJob({
      olderProtocol: 'allow',
      script: ({ backend }) => (backend.key = sealOlderCall(IDENTITY.olderPublicKey)),
    });
    await scene.setUp();
    scene.olderSeat.notice(HERE);
    scene.olderSeat.notice({ kind: 'voice-subscribed' });
    await scene.clock.settle();
    expect(scene.started).toBeDefined();
    expect(scene.started?.approve).toBeUndefined();
    expect(scene.started?.context.user).toBeUndefined();
  });
});

describe('what the user writes before the conversation has started', () => {
  it('is answered when it has, as one turn, and what comes later after it', async () => {
    const starting = startedConversation();
    const scene = await offeredJob({ conversationStart: () => starting.promise });
    scene.link?.confirm(1);
    scene.link?.options.events.peerReady();
    // Live, and not even greeted: the user's voice is not subscribed yet.
    write(scene, 'When is breakfast?');
    scene.seat.notice({ kind: 'voice-subscribed' });
    await scene.clock.settle();
    expect(scene.talk).toEqual(['starts in s-1 (en)']);
    write(scene, 'And where?');
    starting.start();
    await scene.clock.settle();
    write(scene, 'Thanks.');
    await scene.clock.settle();
    expect(starting.did).toEqual(['reads When is breakfast?\nAnd where?', 'reads Thanks.']);
  });

  it('is answered by nobody once the call is over', async () => {
    const starting = startedConversation();
    const scene = await liveJob({ conversationStart: () => starting.promise });
    write(scene, 'Hello?');
    say(scene, { kind: 'control', action: 'hang-up' });
    starting.start();
    await over(scene);
    expect(starting.did).toEqual(['closes']);
  });
});

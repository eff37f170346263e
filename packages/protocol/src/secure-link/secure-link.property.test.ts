import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FrameKind } from '../frame/frame-header.ts';
import { AGENT, USER } from '../handshake/call.fixture.ts';
import { chat, linkScene } from './link.fixture.ts';
import { RECEIPT_WAIT_MS } from './link-times.ts';

const RUNS = process.env['NIGHTLY'] === '1' ? 1_000 : 40;

type Action = 'attempt' | 'rekey' | 'user-chat' | 'agent-chat' | 'wait';

const action = fc.constantFrom<Action>('attempt', 'rekey', 'user-chat', 'agent-chat', 'wait', 'wait');
/** One in four frames is lost, one in eight comes twice. */
const fate = fc.constantFrom('carry', 'carry', 'carry', 'carry', 'carry', 'lose', 'lose', 'twice');

test('whatever the network loses or repeats, both ends agree on the keys in the end and each message arrives once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 1, maxLength: 12 }),
      fc.array(fate, { minLength: 1, maxLength: 40 }),
      async (actions, fates) => {
        const scene = linkScene();
        let frames = 0;
        scene.lose = (_kind: FrameKind) => fates[frames++ % fates.length] === 'lose';
        for (const end of [scene.user, scene.agent]) {
          const receive = end.receive.bind(end);
          end.receive = (frame, sender) => {
            receive(frame, sender);
            if (fates[frames % fates.length] === 'twice') receive(frame, sender);
          };
        }
        let attempt = 1;
        await scene.begin(attempt);
        const written: Record<'user' | 'agent', string[]> = { user: [], agent: [] };
        for (const [index, next] of actions.entries()) {
          if (next === 'attempt') await scene.begin((attempt += 1));
          if (next === 'rekey') await scene.agent.rekey();
          if (next === 'user-chat' || next === 'agent-chat') {
            const from = next === 'user-chat' ? 'user' : 'agent';
            written[from].push(`${from} ${index}`);
            await scene[from].send(chat(`${from} ${index}`));
          }
          await scene.advance(700);
        }
        scene.lose = () => false;
        // Receipts that were lost just now are asked for once more.
        await scene.advance(12_000 + RECEIPT_WAIT_MS);

        const { userKeys, agentKeys, toldUser, toldAgent } = scene;
        expect(toldUser.events.filter((event) => event.startsWith('failed'))).toEqual([]);
        expect(scene.user.attempt).toEqual(scene.agent.attempt);
        expect(scene.user.attempt?.attempt).toBe(attempt);
        const slot = userKeys.sendingSlot ?? -1;
        expect(agentKeys.sendingSlot).toBe(slot);
        expect(agentKeys.receiving.get(slot)).toEqual({ identity: USER, keyHex: userKeys.sendingKey });
        expect(userKeys.receiving.get(slot)).toEqual({ identity: AGENT, keyHex: agentKeys.sendingKey });
        const texts = (told: typeof toldUser): string[] =>
          told.payloads.map((payload) => (payload.kind === 'chat' ? payload.text : payload.kind)).toSorted();
        expect(texts(toldAgent)).toEqual(written.user.toSorted());
        expect(texts(toldUser)).toEqual(written.agent.toSorted());
        scene.user.close();
        scene.agent.close();
        expect(scene.clock.pendingTimers).toBe(0);
      },
    ),
    { numRuns: RUNS },
  );
}, 600_000);

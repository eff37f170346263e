import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { describe, expect, it, vi } from 'vitest';
import { linkedEnds, USER } from './linked-ends.fixture.ts';

const changed = (frame: Uint8Array, at: number): Uint8Array =>
  frame.map((byte, index) => (index === at ? byte ^ 1 : byte));

/*
 * The media server, a backend with tokens of its own, whoever is in the room: each has every frame that the user sent, and none of the keys. Beside each
 * try stands its twin: the same frame where and when the user sent it, which counts.
 */
describe('nobody but the user allows a tool', () => {
  it('not with the user’s own frame under another name', async () => {
    using at = await linkedEnds();
    const { asked, question } = await at.ask();
    at.network.isHeld = true;
    const yes = await at.answer(question, true);
    expect(await at.refuses(yes, 'u-2')).toBe('ERR_DATA_SENDER');
    expect(await at.refuses(yes, undefined)).toBe('ERR_DATA_SENDER');
    expect(asked.outcome).toBe('open');
    await at.deliver(yes);
    await vi.waitFor(() => expect(asked.outcome).toBe(true));
  });

  it('not with a no whose bits were changed', async () => {
    using at = await linkedEnds();
    const { asked, question } = await at.ask();
    at.network.isHeld = true;
    const no = await at.answer(question, false);
    // Any bit of it, sealed or in the header.
    for (const place of [no.length - 20, no.length - 1, Math.floor(no.length / 2)]) {
      expect(await at.refuses(changed(no, place), USER)).toBe('ERR_DATA_OPEN');
    }
    expect(asked.outcome).toBe('open');
    await at.deliver(no);
    await vi.waitFor(() => expect(asked.outcome).toBe(false));
  });

  it('not with a yes that was given to another question', async () => {
    using at = await linkedEnds();
    const first = await at.ask();
    const yes = await at.answer(first.question, true);
    await vi.waitFor(() => expect(first.asked.outcome).toBe(true));
    const second = await at.ask();
    expect(await at.refuses(yes, USER)).toBe('ERR_DATA_REPLAYED');
    expect(second.asked.outcome).toBe('open');
    // Also when the link would let it through: a yes names its question.
    const again = { id: createPayloadId(), kind: 'answer', answers: 'approval', isApproved: true } as const;
    at.asking.receive({ ...again, question: first.question });
    expect(second.asked.outcome).toBe('open');
    at.asking.receive({ ...again, question: second.question });
    await vi.waitFor(() => expect(second.asked.outcome).toBe(true));
  });

  it('not with a yes of an earlier attempt', async () => {
    using at = await linkedEnds();
    const { asked, question } = await at.ask();
    at.network.isHeld = true;
    const yes = await at.answer(question, true);
    at.network.isHeld = false;
    await at.begin(2);
    // The keys of before are gone, with the attempt.
    expect(await at.refuses(yes, USER)).toMatch(/^ERR_(?:KEY_RETIRED|KEY_MISSING|DATA_OPEN|HANDSHAKE_STALE)$/);
    // What the user sent and nobody confirmed leaves again, under the new keys: that is the user's own.
    await vi.waitFor(() => expect(asked.outcome).toBe(true));
  });

  it('not with a yes that was held back until the question was over', async () => {
    using at = await linkedEnds();
    const { asked, question } = await at.ask();
    at.network.isHeld = true;
    const yes = await at.answer(question, true);
    at.asking.takeAllBack();
    await vi.waitFor(() => expect(asked.outcome).toBe('over'));
    const next = await at.ask();
    await at.deliver(yes);
    expect(next.asked.outcome).toBe('open');
  });
});

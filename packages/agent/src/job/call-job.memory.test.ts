import { OracleCallError } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { decodeMemoryBody, openMemory, sealMemory } from '@oracle-calls/protocol/memory';
import type { MemoryBody, MemoryFacts, MemoryScope } from '@oracle-calls/protocol/memory';
import { parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { describe, expect, it, vi } from 'vitest';
import { untilAborted } from '../brain/until-aborted.ts';
import { scopeOf } from '../memory/open-remembered.ts';
import { KEEP_INTERVAL_MS } from '../memory/remembering.ts';
import type { RequestOptions } from './backend/backend-port.ts';
import { IDENTITY, SIGNED } from './call-job.fixture.ts';
import type { JobScene, SceneOptions, ScriptedBackend } from './call-job.fixture.ts';
import { liveJob, logHas, over, say } from './call-job.steps.fixture.ts';
import { createIdentity, NOW, sealOlderCall } from './signed-call.fixture.ts';

const MEMORY = { keepTurns: 10, days: 30 };
const SCOPE = scopeOf(parseSignedEnvelope(SIGNED.encryptionKey));
const BEFORE: MemoryBody = {
  turns: [{ speaker: 'user', text: 'My canary sings.', at: NOW - 1 }],
  notes: { name: 'Ada' },
};

async function recordOf(
  body: MemoryBody,
  facts: Partial<MemoryFacts> = {},
  scope: MemoryScope = SCOPE,
  oracle = IDENTITY.keys,
): Promise<string> {
  const all = { revision: 1, erasedAt: 0, keptAt: NOW - 1, ...facts };
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return Buffer.from(await sealMemory({ scope, facts: all, body: bytes, oracle })).toString('base64url');
}

/** A live call whose claim brought this along; what was opened is known. */
async function rememberingJob(memory?: ScriptedBackend['memory'], options: SceneOptions = {}): Promise<JobScene> {
  const { script } = options;
  const scene = await liveJob({
    memory: MEMORY,
    ...options,
    script: (parts) => {
      parts.backend.memory = memory;
      script?.(parts);
    },
  });
  // Opening takes as long as the machine needs.
  await expect.poll(() => scene.talk.some((line) => line.startsWith('starts'))).toBe(true);
  return scene;
}

const heard = ({ started }: JobScene): readonly string[] =>
  started?.context.memory?.turns.map(({ text }) => text) ?? [];

const speak = ({ started }: JobScene, speaker: 'user' | 'oracle', text: string, isFinal = true): void =>
  started?.observer.words({ speaker, segment: createPayloadId(), text, isFinal });

const wish = (scene: JobScene, what: 'keep-nothing' | 'forget'): void =>
  scene.link?.options.events.payload({ id: createPayloadId(), kind: 'control', action: 'memory', wish: what });

async function hangUp(scene: JobScene): Promise<void> {
  say(scene, { kind: 'control', action: 'hang-up' });
  await over(scene);
}

async function keptBy({ backend }: JobScene): Promise<MemoryBody & MemoryFacts> {
  const record = backend.kept.at(-1) ?? expect.unreachable('nothing was kept');
  const { envelopePrivateKey } = IDENTITY.keys;
  const { body, ...facts } = await openMemory({ scope: SCOPE, record, oracle: IDENTITY.keys, envelopePrivateKey });
  return { ...decodeMemoryBody(body), ...facts };
}

describe('a call of an oracle that remembers', () => {
  it('begins with what was kept of the session, and keeps at its end what was said since', async () => {
    const scene = await rememberingJob({ record: await recordOf(BEFORE), erasedAt: 0 });
    expect(heard(scene)).toEqual(['My canary sings.']);
    expect(scene.started?.context.memory?.notes.get('name')).toBe('Ada');
    speak(scene, 'user', 'And mine', false);
    speak(scene, 'user', 'And mine does not.');
    speak(scene, 'oracle', 'A pity.');
    scene.started?.context.memory?.notes.set('birds', 2);
    await hangUp(scene);
    const kept = await keptBy(scene);
    expect(kept.turns.map(({ speaker, text }) => `${speaker}: ${text}`)).toEqual([
      'user: My canary sings.',
      'user: And mine does not.',
      'oracle: A pity.',
    ]);
    expect(kept.notes).toEqual({ name: 'Ada', birds: 2 });
    expect(scene.logged.join()).not.toMatch(/canary|Ada|pity/);
  });

  it('keeps each minute what is new, so that a killed agent loses little', async () => {
    const scene = await rememberingJob();
    speak(scene, 'user', 'Hello.');
    await scene.clock.advance(KEEP_INTERVAL_MS);
    await expect.poll(() => scene.backend.kept.length).toBe(1);
    await scene.clock.advance(3 * KEEP_INTERVAL_MS);
    await hangUp(scene);
    expect(scene.backend.kept).toHaveLength(1);
    expect((await keptBy(scene)).turns).toMatchObject([{ text: 'Hello.' }]);
  });

  it('drops the oldest turns, and keeps what the user wrote', async () => {
    const scene = await rememberingJob(
      { record: await recordOf(BEFORE), erasedAt: 0 },
      { memory: { keepTurns: 2, days: 1 } },
    );
    scene.link?.options.events.payload({ id: createPayloadId(), kind: 'chat', text: 'Written.', sentAt: NOW });
    speak(scene, 'oracle', 'Read.');
    await hangUp(scene);
    expect((await keptBy(scene)).turns.map(({ text }) => text)).toEqual(['Written.', 'Read.']);
  });

  it('keeps nothing when nothing was said, and remembers nothing when its author does not want it', async () => {
    const quiet = await rememberingJob({ record: await recordOf(BEFORE), erasedAt: 0 });
    await hangUp(quiet);
    expect(quiet.backend.kept).toEqual([]);
    const forgetful = await rememberingJob(
      { record: await recordOf(BEFORE), erasedAt: 0 },
      { memory: undefined as never },
    );
    expect(forgetful.started?.context.memory).toBeUndefined();
    speak(forgetful, 'user', 'Hello.');
    await hangUp(forgetful);
    expect(forgetful.backend.kept).toEqual([]);
  });

  it('wipes the keys that open, whatever came of it', async () => {
    const wipe = vi.spyOn(IDENTITY, 'wipeReceiving');
    await hangUp(await rememberingJob({ record: 'AAAA', erasedAt: 0 }));
    await hangUp(await rememberingJob());
    expect(wipe).toHaveBeenCalledTimes(2);
    wipe.mockRestore();
  });

  it('ends in time when the backend does not take it', async () => {
    const scene = await rememberingJob();
    scene.backend.keepMemory = (_callId, _record, _erasedAt?: number, { signal }: RequestOptions = {}) =>
      untilAborted(new Promise(() => undefined), signal);
    speak(scene, 'user', 'Hello.');
    say(scene, { kind: 'control', action: 'hang-up' });
    await expect
      .poll(async () => {
        await scene.clock.advance(5_000);
        return scene.isOver;
      })
      .toBe(true);
  });
});

describe('a memory that a backend gives', () => {
  it.each<[string, () => Promise<string>]>([
    [
      'is forged',
      () => recordOf(BEFORE, {}, SCOPE, { ...createIdentity().keys, envelopeKey: IDENTITY.keys.envelopeKey }),
    ],
    ['is another session’s', () => recordOf(BEFORE, {}, { ...SCOPE, sessionId: 'other' })],
    ['is another user’s', () => recordOf(BEFORE, {}, { ...SCOPE, matrixUserId: '@mallory:example.org' })],
    ['was sealed to other keys of the oracle', () => recordOf(BEFORE, {}, SCOPE, createIdentity().keys)],
    ['is a year old', () => recordOf(BEFORE, { keptAt: NOW - 366 * 24 * 3_600_000 })],
    ['is older than the oracle remembers', () => recordOf(BEFORE, { keptAt: NOW - 31 * 24 * 3_600_000 })],
    ['is no memory', () => Promise.resolve('c2VhbGVk')],
  ])('and that %s is not believed: the session begins anew', async (_what, make) => {
    const scene = await rememberingJob({ record: await make(), erasedAt: 0 });
    expect(heard(scene)).toEqual([]);
    speak(scene, 'user', 'Hello.');
    await hangUp(scene);
    expect((await keptBy(scene)).turns).toMatchObject([{ text: 'Hello.' }]);
  });

  it('and that was kept before the erasure that the backend itself names is not believed', async () => {
    const scene = await rememberingJob({ record: await recordOf(BEFORE, { erasedAt: 4 }), erasedAt: 5 });
    expect(heard(scene)).toEqual([]);
    expect(logHas(scene, '"why":"erased"')).toBe(true);
  });

  it('is worth nothing without a store that knows which one is the newest, and then nothing is overwritten', async () => {
    const scene = await rememberingJob(
      { record: await recordOf(BEFORE), erasedAt: 0 },
      {
        script: ({ trust }) => {
          trust.memories.accept = () => {
            throw new OracleCallError('ERR_KEY_STORE');
          };
        },
      },
    );
    expect(scene.started?.context.memory).toBeUndefined();
    speak(scene, 'user', 'Hello.');
    await hangUp(scene);
    expect(scene.backend.kept).toEqual([]);
  });

  it('is not looked at in a call of the older protocol', async () => {
    const record = await recordOf(BEFORE);
    const scene = await liveJob({
      memory: MEMORY,
      olderProtocol: 'allow',
      script: ({ backend }) => {
        backend.memory = { record, erasedAt: 0 };
        backend.key = sealOlderCall(IDENTITY.olderPublicKey);
      },
    });
    scene.olderSeat.notice({ kind: 'user-here', participantIdentity: 'u-1', participantKind: 'other' });
    scene.olderSeat.notice({ kind: 'voice-subscribed' });
    await expect
      .poll(async () => {
        await scene.clock.advance(100);
        return scene.started !== undefined;
      })
      .toBe(true);
    expect(scene.started?.context.memory).toBeUndefined();
    await scene.job.stop();
    expect(scene.backend.kept).toEqual([]);
  });
});

describe('what the user wishes in the call', () => {
  it('“keep nothing” leaves what was there before, and adds nothing', async () => {
    const scene = await rememberingJob({ record: await recordOf(BEFORE), erasedAt: 0 });
    speak(scene, 'user', 'Before the wish.');
    wish(scene, 'keep-nothing');
    speak(scene, 'user', 'After it.');
    scene.started?.context.memory?.notes.set('noted', true);
    expect(heard(scene)).toEqual(['My canary sings.']);
    await scene.clock.advance(KEEP_INTERVAL_MS);
    await hangUp(scene);
    expect([scene.backend.kept, scene.backend.erasures]).toEqual([[], 0]);
  });

  it('“forget” erases at once, for the rest of the call too, and what is said later is not kept', async () => {
    const scene = await rememberingJob({ record: await recordOf(BEFORE), erasedAt: 0 });
    speak(scene, 'user', 'Before.');
    wish(scene, 'forget');
    expect(heard(scene)).toEqual([]);
    expect(scene.started?.context.memory?.notes.names).toEqual([]);
    await expect.poll(() => scene.backend.erasures).toBe(1);
    wish(scene, 'keep-nothing');
    wish(scene, 'forget');
    speak(scene, 'user', 'After.');
    await hangUp(scene);
    expect([scene.backend.kept, scene.backend.erasures]).toEqual([[], 1]);
    // The twin: without the wish it is kept.
    const other = await rememberingJob();
    speak(other, 'user', 'Before.');
    await hangUp(other);
    expect(other.backend.kept).toHaveLength(1);
  });

  it('an erasure by another way is learnt when it is next kept', async () => {
    const scene = await rememberingJob({ record: await recordOf(BEFORE), erasedAt: 0 });
    scene.backend.refuseMemory = new OracleCallError('ERR_MEMORY_ERASED');
    speak(scene, 'user', 'Hello.');
    await scene.clock.advance(KEEP_INTERVAL_MS);
    await expect.poll(() => heard(scene)).toEqual([]);
    scene.backend.refuseMemory = undefined;
    speak(scene, 'user', 'After.');
    await hangUp(scene);
    expect(scene.backend.kept).toEqual([]);
  });
});

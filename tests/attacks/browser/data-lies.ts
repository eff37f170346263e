import { refused, succeeded, type Attack } from '../attack.ts';
import { TOPIC } from '../room/room-participant.ts';
import { seen } from '../seen.ts';
import { HEARD, ORACLE, ORACLE_TONE_HZ, USER, type BrowserScene } from './browser-scene.ts';

const FRAME_LAYER = 'packages/sdk/src/media/frame-layer.ts';
const CONNECTION = 'packages/sdk/src/media/livekit-connection.ts';
/** LiveKit's codes for a remote procedure that nobody answers: no acknowledgement, no response. */
const UNANSWERED: readonly unknown[] = [1501, 1502];
/** The SFU port's watchdog speaks after some seconds. */
const WATCHDOG_MAX_MS = 15_000;

/** What comes as data, and what never opens. */
export const browserDataLies: readonly Attack<BrowserScene>[] = [
  {
    name: 'attack: keyless participant sends data and RPC',
    refusedBy: 'one topic, and nothing else is looked at',
    twin: {
      without: 'taking LiveKit’s own handling of data away',
      parts: ['page'],
      patches: [{ file: FRAME_LAYER, find: 'engine.removeAllListeners(EngineEvent.DataPacketReceived);', replace: '' }],
    },
    async run(scene) {
      await using call = await scene.call();
      const { spy } = call;
      const before = (await call.notices()).length;
      await spy.send(new TextEncoder().encode('hello'), { topic: 'lk.chat' });
      await spy.send(new TextEncoder().encode('hello'), { topic: `${TOPIC}.other` });
      const answer = await spy.callProcedure(USER, 'mute');
      const news = (await call.notices()).slice(before).filter((notice) => notice.startsWith('frame'));
      if (!UNANSWERED.includes(answer))
        return succeeded(`the page answered a call of a remote procedure: ${String(answer)}`);
      if (news.length > 0) return succeeded('data of another topic came through');
      return refused('one topic, and nothing else is looked at', 'nothing was answered, nothing came through');
    },
  },
  {
    name: 'attack: data before the keys',
    refusedBy: 'data that does not wait for the keys of media',
    twin: {
      without: 'a data layer beside LiveKit’s encryption',
      parts: ['page'],
      patches: [
        {
          file: FRAME_LAYER,
          find: 'get isDataChannelEncryptionEnabled(): boolean {\n    return false;',
          replace: 'get isDataChannelEncryptionEnabled(): boolean {\n    return true;',
        },
        {
          file: FRAME_LAYER,
          find: "return Promise.reject(new TypeError('LiveKit encrypts no data here.'));",
          // As LiveKit's worker does for a participant without a key.
          replace: 'return new Promise(() => undefined);',
        },
      ],
    },
    async run(scene) {
      await using call = await scene.call();
      const outcome = await call.page.evaluate((to) => window.seatPage.sendFrame(to, 4_000), ORACLE);
      const hasArrived =
        outcome === 'sent' && (await seen(() => call.oracle.received.some(({ topic }) => topic === TOPIC), 3_000));
      return hasArrived
        ? refused('data that does not wait for the keys of media', 'the frame arrived')
        : succeeded(`a frame of the handshake is ${outcome}, so that there never will be keys`);
    },
  },
  {
    name: 'attack: garbage frames silence a key',
    refusedBy: 'no failure budget',
    twin: {
      without: 'keys that survive any number of failures',
      parts: ['page'],
      patches: [
        {
          file: 'packages/sdk/src/frame-cryptor/frame-transform.ts',
          find: 'const opened = await openFrame(frame.data, clearBytes, (slot) => ring.get(slot));',
          // LiveKit's default: eleven failures, and the key is not tried any more.
          replace: `const failures = this as { failures?: number };
    if ((failures.failures ?? 0) > 10) return { kind: 'no-key' };
    const opened = await openFrame(frame.data, clearBytes, (slot) => ring.get(slot));
    if (opened.kind !== 'opened') failures.failures = (failures.failures ?? 0) + 1;`,
        },
      ],
    },
    async run(scene) {
      await using call = await scene.call();
      const { slot, key } = call.oracleKey;
      // Frames that name the right slot and are sealed with another key: the SFU can make such out of any.
      call.oracle.sealWith(slot, crypto.getRandomValues(new Uint8Array(32)));
      await seen(async () => (await call.heardTone(ORACLE_TONE_HZ)) < 0.1, 3_000);
      await seen(() => false, 1_000);
      call.oracle.sealWith(slot, key);
      const isBack = await seen(async () => (await call.heardTone(ORACLE_TONE_HZ)) > HEARD, 4_000);
      return isBack
        ? refused('no failure budget', 'the oracle is heard again')
        : succeeded('the oracle stays silent after a second of garbage');
    },
  },
  {
    name: 'attack: frames that never decrypt',
    refusedBy: 'undecryptable',
    twin: {
      without: 'the watchdog of frames that do not open',
      parts: ['page'],
      patches: [
        {
          file: CONNECTION,
          find: "onUndecryptable: (participantIdentity) => this.#tell({ kind: 'undecryptable', participantIdentity }),",
          replace: 'onUndecryptable: () => undefined,',
        },
      ],
    },
    async run(scene) {
      await using call = await scene.call();
      call.oracle.sealWith(call.oracleKey.slot, crypto.getRandomValues(new Uint8Array(32)));
      const isTold = await seen(
        async () => (await call.notices()).includes(`undecryptable ${ORACLE}`),
        WATCHDOG_MAX_MS,
      );
      return isTold
        ? refused('undecryptable', 'the page was told that nothing of the oracle opens')
        : succeeded(`nobody was told within ${WATCHDOG_MAX_MS / 1_000} s`);
    },
  },
];

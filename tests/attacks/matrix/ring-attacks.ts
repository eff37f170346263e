import { randomUUID } from 'node:crypto';
import { RING_EVENT_TYPE } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { refused, succeeded, type Attack } from '../attack.ts';
import type { MatrixAttackScene } from './matrix-attack-scene.ts';

const DESK = 'packages/sdk/src/ringing/ring-desk.ts';
const ACCOUNT = 'rings of the oracle’s account only';
const ENCRYPTED = 'encrypted events only';
const IN_TIME = 'rings within their lifetime only';

const sentSchema = v.object({ event_id: v.string() });

/** Who makes a phone ring. Each ring is an honest one but for one thing. */
export const ringAttacks: readonly Attack<MatrixAttackScene>[] = [
  {
    name: 'attack: ring forged by another user',
    refusedBy: ACCOUNT,
    twin: {
      without: 'a look at whose ring it is',
      parts: ['page'],
      patches: [
        {
          file: DESK,
          find: "if (oracle.matrixUserId !== sender) throw new OracleCallError('ERR_KEY_CHANGED');",
          replace: '',
        },
      ],
    },
    async run(scene) {
      const person = await scene.matrix.person('oracle');
      await using oracle = await scene.matrix.openApp(person);
      await using mallory = await scene.matrix.openApp(await scene.matrix.person('mallory'));
      await using caller = await scene.caller(person);
      const [room, honestRoom] = [await scene.roomOf(mallory, caller), await scene.roomOf(oracle, caller)];
      const forged = await scene.ring(mallory, room, scene.ringContent(caller));
      const ringHonestly = () => scene.ring(oracle, honestRoom, scene.ringContent(caller));
      return (await scene.rings(caller, forged, ringHonestly))
        ? succeeded('another user’s ring rang in the oracle’s name')
        : refused(ACCOUNT, 'of two rings in the oracle’s name its own alone rang');
    },
  },
  {
    name: 'attack: ring in plaintext',
    refusedBy: ENCRYPTED,
    twin: {
      without: 'events that are encrypted only',
      parts: ['page'],
      patches: [
        {
          file: 'packages/matrix/src/js-sdk/event-feed.ts',
          find: 'if (!event.isEncrypted() || event.isState() || event.status !== null',
          replace: 'if (event.isState() || event.status !== null',
        },
        {
          file: 'packages/matrix/src/js-sdk/open-event.ts',
          find: '  if (!event.isEncrypted() || event.isState() || event.getWireType()',
          replace: `  if (!event.isEncrypted()) {
    const sender = { userId: parseMatrixUserId(event.getSender()), deviceKey: '' };
    const names = { eventId: parseMatrixEventId(event.getId()), matrixRoomId: parseMatrixRoomId(event.getRoomId()) };
    const content = event.getOriginalContent();
    return { ...names, type: event.getType(), sender, content, relation: undefined, originServerAt: event.getTs() };
  }
  if (event.isState() || event.getWireType()`,
        },
      ],
    },
    async run(scene) {
      const person = await scene.matrix.person('oracle');
      await using oracle = await scene.matrix.openApp(person);
      await using caller = await scene.caller(person);
      const room = await scene.roomOf(oracle, caller);
      // A homeserver may say that anybody has sent anything, as long as it needs no key of theirs.
      const sent = await scene.matrix.api(
        'PUT',
        `/rooms/${encodeURIComponent(room)}/send/${RING_EVENT_TYPE}/${randomUUID()}`,
        { body: scene.ringContent(caller), token: oracle.accessToken },
      );
      const ringHonestly = () => scene.ring(oracle, room, scene.ringContent(caller));
      return (await scene.rings(caller, v.parse(sentSchema, sent).event_id, ringHonestly))
        ? succeeded('a ring that nobody encrypted rang')
        : refused(ENCRYPTED, 'of two rings by the oracle’s account the encrypted one alone rang');
    },
  },
  {
    name: 'attack: ring delivered late',
    refusedBy: IN_TIME,
    twin: {
      without: 'an end of a ring by the time that it names',
      parts: ['page'],
      patches: [
        {
          file: DESK,
          find: 'Math.min(now + content.lifetimeMs, ringOverAt(content))',
          replace: 'now + content.lifetimeMs',
        },
      ],
    },
    async run(scene) {
      const person = await scene.matrix.person('oracle');
      await using oracle = await scene.matrix.openApp(person);
      await using caller = await scene.caller(person);
      const room = await scene.roomOf(oracle, caller);
      // What a homeserver has held back for an hour is, to the device, an event that says so.
      const ringStartedAt = new Date(Date.now() - 3_600_000).toISOString();
      const late = await scene.ring(oracle, room, scene.ringContent(caller, { ringStartedAt }));
      const ringHonestly = () => scene.ring(oracle, room, scene.ringContent(caller));
      return (await scene.rings(caller, late, ringHonestly))
        ? succeeded('a ring of an hour ago rang')
        : refused(IN_TIME, 'of two rings of the oracle the one of now alone rang');
    },
  },
];

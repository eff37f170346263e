import { attackGroup } from '../attack-group.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { seen } from '../seen.ts';
import { until } from '../../system/matrix/matrix-scene.ts';
import { MatrixAttackScene } from './matrix-attack-scene.ts';
import { ringAttacks } from './ring-attacks.ts';

/** An answer that is believed is so within this time, in ms. */
const BELIEVED_MAX_MS = 10_000;

/** What a homeserver, or whoever has a password, adds to a room. */
const roomAttacks: readonly Attack<MatrixAttackScene>[] = [
  {
    name: 'attack: ghost device in the Matrix room',
    refusedBy: 'keys for cross-signed devices only',
    twin: {
      without: 'room keys that go to cross-signed devices only',
      parts: ['page'],
      patches: [
        {
          file: 'packages/matrix/src/js-sdk/room-encryptor.ts',
          find: '{ kind: ONLY_SIGNED }',
          replace: '{ kind: 0, errorOnVerifiedUserProblems: false } as never',
        },
      ],
    },
    async run(scene) {
      const person = await scene.matrix.person('oracle');
      await using oracle = await scene.matrix.openApp(person);
      await using caller = await scene.caller(person);
      // Of both ends, before anything is sent: the caller's first look at either list of devices shows them.
      await using ofOracle = await scene.matrix.openApp(person, { isSigned: false });
      await using ofCaller = await scene.matrix.openApp(caller.person, { isSigned: false });
      const room = await scene.roomOf(oracle, caller);
      const called = await caller.call(room);
      if (typeof called === 'string') throw new Error(`The call was refused: ${called}`);
      const reads = await Promise.all(
        [ofOracle, ofCaller].map((ghost) => scene.canRead(ghost, room, called.eventId, oracle)),
      );
      return reads.includes(true)
        ? succeeded(
            `a device that nobody signed read the call event (the oracle’s: ${reads[0]}, the caller’s: ${reads[1]})`,
          )
        : refused('keys for cross-signed devices only', 'the oracle read the call event, neither ghost did');
    },
  },
  {
    name: 'attack: ghost member in the Matrix room',
    refusedBy: 'ERR_MATRIX_MEMBERS',
    twin: {
      without: 'a look at who is in the room before each send',
      parts: ['page'],
      patches: [
        {
          file: 'packages/matrix/src/js-sdk/room-members.ts',
          find: 'if (hasExactly(room, own, peer)) return;',
          replace: 'return;',
        },
      ],
    },
    async run(scene) {
      const person = await scene.matrix.person('oracle');
      await using oracle = await scene.matrix.openApp(person);
      await using mallory = await scene.matrix.openApp(await scene.matrix.person('mallory'));
      await using caller = await scene.caller(person);
      const room = await scene.roomOf(oracle, caller, [mallory]);
      const called = await caller.call(room);
      if (typeof called === 'string') return refused(called, 'nothing was sent into a room with a third member');
      return (await scene.canRead(mallory, room, called.eventId, oracle))
        ? succeeded('the third member read the call event')
        : refused('nothing', 'the third member got no key');
    },
  },
  {
    name: 'attack: answer by another account',
    refusedBy: 'answers of the oracle’s account only',
    twin: {
      without: 'a look at whose answer it is',
      parts: ['page'],
      patches: [
        {
          file: 'packages/sdk/src/call/oracle-answers.ts',
          find: ' || event.sender.userId !== this.#oracle',
          replace: '',
        },
      ],
    },
    async run(scene) {
      const person = await scene.matrix.person('oracle');
      await using oracle = await scene.matrix.openApp(person);
      await using other = await scene.matrix.openApp(await scene.matrix.person('other-oracle'));
      await using caller = await scene.caller(person);
      const room = await scene.roomOf(oracle, caller);
      const called = await caller.call(room);
      if (typeof called === 'string') throw new Error(`The call was refused: ${called}`);
      // The homeserver lets another oracle in afterwards, which knows everything about the call that is no key.
      await oracle.client.invite(room, other.person.userId);
      await other.client.joinRoom(room);
      await until(() => (other.client.getRoom(room)?.getMyMembership() === 'join' ? true : undefined), 'the join');
      const answers = (): number => caller.process.lines.filter(({ said }) => said === 'answer').length;
      await scene.answer(other, room, called);
      // The oracle's own comes after it: once that is heard, the other was looked at.
      const isBelieved = await seen(() => answers() > 0, BELIEVED_MAX_MS / 2);
      if (isBelieved) return succeeded('the caller believed the answer of another oracle’s account');
      await scene.answer(oracle, room, called);
      if (!(await seen(() => answers() === 1, BELIEVED_MAX_MS))) throw new Error('Nor was the oracle’s answer heard.');
      return refused('answers of the oracle’s account only', 'of two answers the oracle’s alone was heard');
    },
  },
];

/** A real Synapse, and the caller's own code. */
export const matrixAttacks = attackGroup('the Matrix room', () => MatrixAttackScene.open(), [
  ...roomAttacks,
  ...ringAttacks,
]);

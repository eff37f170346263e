import { mediaKeyIndex } from '@oracle-calls/protocol/key-schedule';
import { parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { refused, succeeded, type Attack } from '../attack.ts';
import { setMediaKey } from '../room/binding.ts';
import { seen } from '../seen.ts';
import { ORACLE_IDENTITY, TONE_HZ } from './ends-messages.ts';
import type { EndsScene } from './ends-scene.ts';
import { bytesOf, deriveKeys, openEnvelope, openHandshake, readWords } from './thief.ts';

const WORDS = 'what only the two of us shall know';
/** Share of a tone from which it counts as heard. */
const HEARD = 0.5;
/** Sound that opens is heard sooner; it is on its way already. */
const LISTEN_MS = 4_000;
const EPHEMERAL = 'keys that need the secret of the ephemeral exchange';

/** What a call that is over gives to whoever recorded it. */
export const recordedAttacks: readonly Attack<EndsScene>[] = [
  {
    name: 'attack: stolen oracle key opens a recorded call',
    refusedBy: EPHEMERAL,
    twin: {
      without: EPHEMERAL,
      parts: ['agent', 'page'],
      patches: [
        {
          file: 'packages/protocol/src/key-schedule/key-schedule.ts',
          find: "['sharedSecret', sharedSecret.expose()],",
          replace: "['sharedSecret', (void sharedSecret, new Uint8Array(32))],",
        },
      ],
    },
    async run(scene) {
      const call = await scene.place();
      await using spy = await scene.joinRoom(call.sfuRoomName, 'spy');
      await scene.seat('user', call.sfuRoomName);
      await scene.seat('oracle', call.sfuRoomName);
      await scene.ends.ask('begin', {});
      await scene.untilEnd('user', ({ isConfirmed }) => isConfirmed, 'the handshake');
      await scene.ends.ask('write', { text: WORDS });
      await scene.untilEnd('oracle', ({ words }) => words.includes(WORDS), 'the words');
      await scene.untilEnd('user', ({ hears }) => hears > HEARD, 'the user hears the oracle');
      // Everything that the SFU has seen, and from here on everything that the oracle has.
      const frames = (await scene.ends.ask('frames', {})).hex.map(bytesOf);
      const callKey = await openEnvelope(call, call.keyFile);
      const opened = await openHandshake(frames, callKey, parseSignedEnvelope(call.envelopeHex), call.callId);
      const { epoch, areRight } = deriveKeys(opened, callKey, call.keyFile);
      const words = await readWords(frames, epoch);
      // The same sealed sound that the SFU could have kept: the keys of the epoch open all of it, whenever.
      const voiceKey = new Uint8Array(epoch.keys.media['oracle-to-user'].expose());
      setMediaKey(spy.room, ORACLE_IDENTITY, mediaKeyIndex(epoch), voiceKey);
      const isHeard = await seen(() => spy.heardTone(ORACLE_IDENTITY, TONE_HZ.oracle) > HEARD, LISTEN_MS);
      if (words.includes(WORDS) || isHeard)
        return succeeded(
          `the thief reads ${words.length} messages and ${isHeard ? 'hears' : 'does not hear'} the oracle`,
        );
      if (areRight) throw new Error('The keys are those of the call, and nothing opens.');
      return refused(
        EPHEMERAL,
        'envelope and handshake open; of the keys of the call, none is found, and nothing opens',
      );
    },
  },
];

import { SecretBytes } from '@oracle-calls/protocol';
import { Epoch } from '@oracle-calls/protocol/key-schedule';
import { decodeRekeyAccept, decodeRekeyOffer, rekeyTranscriptHash } from '@oracle-calls/protocol/rekey';
import { openHandshakeMessage } from '../handshake-seal.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { classicalKeyOf, secretByClassicalKey } from './classical-half.ts';
import type { LinkAttackScene } from './link-attack-scene.ts';

const WORDS = 'meet me at noon';

/** Who has recorded everything, and gets some of the keys. */
export const recordingAttacks: readonly Attack<LinkAttackScene>[] = [
  {
    name: 'attack: leaked epoch',
    refusedBy: 'ERR_DATA_OPEN',
    twin: {
      without: 'a fresh exchange in each rekey',
      parts: ['agent', 'page'],
      patches: [
        {
          file: 'packages/protocol/src/key-schedule/key-schedule.ts',
          find: "['sharedSecret', sharedSecret.expose()],",
          replace: "['sharedSecret', epoch > 1 ? new Uint8Array(32) : sharedSecret.expose()],",
        },
      ],
    },
    async run(scene) {
      await using ends = scene.ends();
      await ends.begin();
      await ends.rekey(2);
      ends.tell({ do: 'chat', text: WORDS });
      await ends.until('payload', ({ text }) => text === WORDS);
      // All of the first epoch is known: its master, and what seals the rekey that ends it.
      const [chainKey, rekeySeal] = [ends.leaked('master'), ends.leaked('rekey seal')];
      const { transcript: previousTranscript } = await ends.readHandshake();
      const { ephemeralPublicKey } = decodeRekeyOffer(openHandshakeMessage(rekeySeal, ends.recorded('rekey-offer')));
      const { encapsulation } = decodeRekeyAccept(openHandshakeMessage(rekeySeal, ends.recorded('rekey-accept')));
      const transcript = rekeyTranscriptHash({ previousTranscript, epoch: 2, ephemeralPublicKey, encapsulation });
      const sharedSecret = new SecretBytes(new Uint8Array(32), 'guess');
      const read = await ends.openLastChat(new Epoch({ chainKey, sharedSecret, transcript, attempt: 1, epoch: 2 }));
      return read === WORDS
        ? succeeded('the keys of one epoch opened what was written in the next')
        : refused(typeof read === 'string' ? 'nothing' : read.code, 'the rekey was read, and what came after was not');
    },
  },
  {
    name: 'attack: classical keys of a recorded call broken',
    refusedBy: 'ERR_DATA_OPEN',
    twin: {
      without: 'the ML-KEM half of X-Wing',
      parts: ['agent', 'page'],
      patches: [
        {
          file: 'packages/protocol/src/kem/x-wing.ts',
          find: "import { ml_kem768_x25519 as xWing } from '@noble/post-quantum/hybrid.js';",
          replace:
            "import { ml_kem768_x25519 as whole } from '@noble/post-quantum/hybrid.js'; import { withoutMlKem } from '../../../../tests/attacks/link/classical-half.ts'; const xWing = withoutMlKem(whole);",
        },
      ],
    },
    async run(scene) {
      await using ends = scene.ends();
      await ends.begin();
      ends.tell({ do: 'chat', text: WORDS });
      await ends.until('payload', ({ text }) => text === WORDS);
      // The envelope's key was classical, so the call key is known; of the exchange the X25519 half is.
      const { binding, transcript } = await ends.readHandshake();
      const chainKey = new SecretBytes(Buffer.from((await ends.until('call')).callKey, 'hex'), 'broken call key');
      const broken = classicalKeyOf(ends.leaked('X-Wing seed').expose());
      const secret = secretByClassicalKey(broken, binding.encapsulation, binding.ephemeralPublicKey);
      const sharedSecret = new SecretBytes(secret, 'guess');
      const read = await ends.openLastChat(new Epoch({ chainKey, sharedSecret, transcript, attempt: 1, epoch: 1 }));
      return read === WORDS
        ? succeeded('with every classical key broken, the recorded message was read')
        : refused(typeof read === 'string' ? 'nothing' : read.code, 'the handshake was read, and the message was not');
    },
  },
];

import { createSfuRoomName, systemClock } from '@oracle-calls/protocol';
import type { ErrorCode } from '@oracle-calls/protocol';
import type { ScriptedCall } from './fake-backend.ts';
import type { OracleUnderTest } from './oracle-under-test.ts';
import { createUser, sealOlderTestCall, sealTestCall } from './sealed-call.ts';

/** Something that a backend hands out in place of the user's envelope, and what an honest agent calls it. */
export interface Lie {
  readonly code: ErrorCode;
  /** Puts it in the place of the honest envelope. */
  readonly tell: (call: ScriptedCall, oracle: OracleUnderTest) => Promise<void>;
}

const LONG_AGO_MS = 24 * 60 * 60_000;

/** The lies of a backend that somebody has broken into. Whoever tells them may have a user's key of its own. */
export const LIES = {
  /** An envelope of the attacker's own, under the user's name. */
  swapped: {
    code: 'ERR_DID_DOCUMENT',
    async tell(call, oracle) {
      const { sfuRoomName } = call;
      call.envelopeHex = (await sealTestCall({ oracle, sfuRoomName, signer: createUser() })).envelopeHex;
    },
  },
  /** A real user's real envelope, for another room. */
  'other-room': {
    code: 'ERR_ENVELOPE_CONTEXT',
    async tell(call, oracle) {
      const signer = createUser();
      const { envelopeHex } = await sealTestCall({ oracle, signer, sfuRoomName: createSfuRoomName() });
      Object.assign(call, { envelopeHex, userDid: signer.did });
    },
  },
  /** A real user's real envelope, of yesterday. */
  expired: {
    code: 'ERR_ENVELOPE_EXPIRED',
    async tell(call, oracle) {
      const signer = createUser();
      const notAfter = systemClock.now() - LONG_AGO_MS;
      const facts = { notBefore: notAfter - 60_000, notAfter };
      const { sfuRoomName } = call;
      const { envelopeHex } = await sealTestCall({ oracle, signer, sfuRoomName, facts });
      Object.assign(call, { envelopeHex, userDid: signer.did });
    },
  },
  /** The honest envelope, under another user's name. */
  'other-user': {
    code: 'ERR_DID_DOCUMENT',
    tell(call) {
      call.userDid = createUser().did;
      return Promise.resolve();
    },
  },
  /** An envelope of the older protocol, which anybody can make. */
  bare: {
    code: 'ERR_ENVELOPE_DOWNGRADE',
    tell(call, oracle) {
      const { envelopeHex, callKey } = sealOlderTestCall(oracle);
      Object.assign(call, { envelopeHex, keys: { protocol: 'older', callKey } });
      return Promise.resolve();
    },
  },
  /** The honest envelope with another signature byte at its end. */
  damaged: {
    code: 'ERR_ENVELOPE_SIGNATURE',
    tell(call) {
      const last = call.envelopeHex.at(-1) === '0' ? '1' : '0';
      call.envelopeHex = call.envelopeHex.slice(0, -1) + last;
      return Promise.resolve();
    },
  },
} as const satisfies Record<string, Lie>;
export type LieName = keyof typeof LIES;

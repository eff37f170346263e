import { createSfuRoomName, SecretBytes, systemClock } from '@oracle-calls/protocol';
import { sealEnvelope } from '@oracle-calls/protocol/envelope';
import { formatSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { createRawKeySigner, type CallSigner } from '@oracle-calls/protocol/signing';
import type { Attack, Twin } from '../attack.ts';
import { createOracleParts } from '../room/oracle-keys.ts';
import { createUserCall, createUserSigner } from '../room/user-call.ts';
import type { AgentScene } from './agent-scene.ts';
import { userDocument } from './user-document.ts';
import { envelopeVerdict } from './verdict.ts';

const VERIFY = 'packages/protocol/src/signed-envelope/verify.ts';
const OPEN_CALL = 'packages/agent/src/job/open-call.ts';
const HOUR_MS = 60 * 60_000;

const unsigned: Twin = {
  without: 'verifying the user’s signature',
  parts: ['agent'],
  patches: [{ file: VERIFY, find: '  checkSignature(options);\n', replace: '' }],
};

/** Signs with a key of its own under the names of somebody else. */
function impostorOf({ did, methodId }: CallSigner): CallSigner {
  return { ...createUserSigner(), did, methodId };
}

/** What the agent must not take for the envelope of a call. */
export const envelopeAttacks: readonly Attack<AgentScene>[] = [
  {
    name: 'attack: backend swaps the envelope',
    refusedBy: 'ERR_ENVELOPE_SIGNATURE',
    twin: unsigned,
    async run(scene) {
      const honest = await createUserCall({ oracle: scene.oracle });
      // Of the same user and for the same room, with a key that the backend knows.
      const forged = await createUserCall({
        oracle: scene.oracle,
        signer: impostorOf(honest.signer),
        sfuRoomName: honest.facts.sfuRoomName,
      });
      const placed = await scene.place(honest, { encryptionKey: forged.sealed.envelopeHex });
      return await envelopeVerdict(scene, forged, placed);
    },
  },
  {
    name: "attack: envelope without the user's signature",
    refusedBy: 'ERR_ENVELOPE_SIGNATURE',
    twin: unsigned,
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const signature = crypto.getRandomValues(new Uint8Array(64));
      const encryptionKey = formatSignedEnvelope({ ...call.sealed.envelope, signature });
      return await envelopeVerdict(scene, call, await scene.place(call, { encryptionKey }));
    },
  },
  {
    name: "attack: envelope under somebody else's DID",
    refusedBy: 'ERR_ENVELOPE_SIGNATURE',
    twin: unsigned,
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle, signer: impostorOf(createUserSigner()) });
      return await envelopeVerdict(scene, call, await scene.place(call));
    },
  },
  {
    name: 'attack: envelope replayed into a new room',
    refusedBy: 'ERR_ENVELOPE_CONTEXT',
    twin: {
      without: 'the room in the signed context',
      parts: ['agent'],
      patches: [{ file: VERIFY, find: "  'callType',\n  'sfuRoomName',\n", replace: "  'callType',\n" }],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      return await envelopeVerdict(scene, call, await scene.place(call, { sfuRoomName: createSfuRoomName() }));
    },
  },
  {
    name: 'attack: envelope under another name',
    refusedBy: 'ERR_DID_DOCUMENT',
    twin: {
      without: 'a name that both the key and the signed context are held against',
      parts: ['agent'],
      patches: [
        {
          file: OPEN_CALL,
          find: 'resolveUserKey(userDid, methodId,',
          replace: 'resolveUserKey((void userDid, context.userDid), methodId,',
        },
        { file: VERIFY, find: "  'sessionId',\n  'userDid',\n", replace: "  'sessionId',\n" },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      return await envelopeVerdict(scene, call, await scene.place(call, { userDid: createUserSigner().did }));
    },
  },
  {
    name: 'attack: envelope opened after its time',
    refusedBy: 'ERR_ENVELOPE_EXPIRED',
    twin: {
      without: 'the time in the signed context',
      parts: ['agent'],
      patches: [
        {
          file: VERIFY,
          find: '  checkTime(options);\n  checkSignature(options);\n',
          replace: '  checkSignature(options);\n',
        },
      ],
    },
    async run(scene) {
      const now = systemClock.now();
      const facts = { notBefore: now - 3 * HOUR_MS, notAfter: now - 2 * HOUR_MS };
      const call = await createUserCall({ oracle: scene.oracle, facts });
      return await envelopeVerdict(scene, call, await scene.place(call));
    },
  },
  {
    name: 'attack: downgrade to the old envelope',
    refusedBy: 'ERR_ENVELOPE_DOWNGRADE',
    twin: {
      without: 'refusing the older protocol where nobody allowed it',
      parts: ['agent'],
      patches: [
        {
          file: 'apps/oracle/src/agent-config.ts',
          find: "olderProtocol: v.optional(v.picklist(['refuse', 'allow']), 'refuse'),",
          replace: "olderProtocol: v.optional(v.picklist(['refuse', 'allow']), 'allow'),",
        },
      ],
    },
    async run(scene) {
      const call = await createUserCall({ oracle: scene.oracle });
      const { callKey } = await createUserCall({ oracle: scene.oracle });
      const encryptionKey = sealEnvelope({ callKey, recipientPublicKey: scene.oracle.olderPublicKey });
      return await envelopeVerdict(scene, call, await scene.place(call, { encryptionKey }));
    },
  },
  {
    name: 'attack: envelope forwarded to another oracle',
    refusedBy: 'ERR_ENVELOPE_CONTEXT',
    twin: {
      without: 'verifying what an envelope is for',
      parts: ['agent'],
      patches: [
        { file: VERIFY, find: '  checkContext(options);\n', replace: '' },
        { file: VERIFY, find: '  checkSignature(options);\n', replace: '' },
      ],
    },
    async run(scene) {
      const names = { matrixUserId: '@evil:localhost', backendUrl: scene.backend.url };
      const evil = createOracleParts({ did: scene.newDid(), ...names });
      const call = await createUserCall({ oracle: evil });
      // The evil oracle opens it, and seals what it found to the other's key.
      const resealed = await createUserCall({
        oracle: { ...scene.oracle, keys: { ...scene.oracle.keys, did: evil.did, ...evilBindings(evil.did, scene) } },
        signer: call.signer,
        sfuRoomName: call.facts.sfuRoomName,
      });
      return await envelopeVerdict(scene, resealed, await scene.place(resealed));
    },
  },
  {
    name: 'attack: backend names another user key',
    refusedBy: 'ERR_ENVELOPE_SIGNATURE',
    twin: {
      without: 'a resolver of the agent’s own: it asks the backend',
      parts: ['agent'],
      patches: [
        {
          file: OPEN_CALL,
          find: 'return retrying(() => resolveUserKey(userDid, methodId, resolver, { signal, clock }), CLAIM_RETRY, clock, signal);',
          replace: `const { createDidResolver } = await import('@oracle-calls/protocol/did');
  const { backendUrl } = JSON.parse(process.env['ORACLE_CALLS_AGENT_JOB'] ?? '') as { backendUrl: string };
  const theirs = createDidResolver({ allowPrivateAddresses: true, ixoResolverUrl: backendUrl });
  return retrying(() => resolveUserKey(userDid, methodId, theirs, { signal, clock }), CLAIM_RETRY, clock, signal);`,
        },
      ],
    },
    async run(scene) {
      const did = scene.newDid();
      const honest = namedSigner(did);
      await scene.publishDocument(userDocument(did, honest));
      const forger = namedSigner(did);
      scene.backend.lieAbout(did, userDocument(did, forger));
      const call = await createUserCall({ oracle: scene.oracle, signer: forger });
      return await envelopeVerdict(scene, call, await scene.place(call));
    },
  },
  {
    name: 'attack: resolver swaps the user key',
    refusedBy: 'ERR_KEY_CHANGED',
    twin: {
      without: 'pinning the user’s key',
      parts: ['agent'],
      patches: [{ file: OPEN_CALL, find: '  pinUserKey(deps, user);\n', replace: '' }],
    },
    async run(scene) {
      const did = scene.newDid();
      const honest = namedSigner(did);
      await scene.publishDocument(userDocument(did, honest));
      const first = await createUserCall({ oracle: scene.oracle, signer: honest });
      const taken = await envelopeVerdict(scene, first, await scene.place(first));
      if (taken.kind !== 'succeeded') throw new Error(`The honest call was refused: ${taken.evidence}`);
      const forger = namedSigner(did);
      await scene.publishDocument(userDocument(did, forger));
      const call = await createUserCall({ oracle: scene.oracle, signer: forger });
      return await envelopeVerdict(scene, call, await scene.place(call));
    },
  },
];

/** A key of a `did:ixo` user, under the name that every document here gives it. */
function namedSigner(did: CallSigner['did']): CallSigner {
  const privateKey = SecretBytes.random(32, 'user key');
  return createRawKeySigner({ algorithm: 'Ed25519', privateKey, name: { did, methodId: `${did}#key` } });
}

/** The keys of the other oracle, under names of the evil one's: names must match the DID in a context. */
function evilBindings(
  did: string,
  { oracle }: AgentScene,
): Pick<AgentScene['oracle']['keys'], 'envelopeKey' | 'identityKey'> {
  const { envelopeKey, identityKey } = oracle.keys;
  return {
    envelopeKey: { ...envelopeKey, methodId: `${did}#envelope` },
    identityKey: { ...identityKey, methodId: `${did}#identity` },
  };
}

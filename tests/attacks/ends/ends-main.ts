/**
 * Both ends of a call, honest ones, in a process of their own: a twin's patches reach them here, and not the attacker. Started by
 * `ends-process.ts`, with where the SFU is as its argument.
 */
import { createCallId, parseMatrixEventId, SecretBytes, systemClock, type CallId } from '@oracle-calls/protocol';
import { parseDid } from '@oracle-calls/protocol/did';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { AgentLink, SendFrame, UserLink } from '@oracle-calls/protocol/secure-link';
import { createRawKeySigner, type CallSigner } from '@oracle-calls/protocol/signing';
import { randomUUID } from 'node:crypto';
import { joinAsOracle, joinAsUser, type CallEnd, type Seat } from '../room/call-ends.ts';
import { createOracleParts, type OracleParts } from '../room/oracle-keys.ts';
import type { SfuAccess } from '../room/room-participant.ts';
import { createUserCall, type UserCall } from '../room/user-call.ts';
import {
  ORACLE_IDENTITY,
  TONE_HZ,
  USER_IDENTITY,
  type CallLeaks,
  type End,
  type EndFacts,
  type EndsAsk,
  type EndsQuestion,
  type EndsWork,
} from './ends-messages.ts';

interface Placed {
  readonly oracle: OracleParts;
  readonly call: UserCall;
  readonly callId: CallId;
}

const [access = ''] = process.argv.slice(2);
// `ends-process.ts` wrote it.
const sfu = JSON.parse(access) as SfuAccess;
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let placed: Placed | undefined;
let user: CallEnd<UserLink> | undefined;
let oracle: CallEnd<AgentLink> | undefined;
let frames: string[] = [];

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The ends are not that far.');
  return value;
}

async function place(): Promise<CallLeaks> {
  const did = parseDid('did:ixo:oracle');
  const parts = createOracleParts({ did, matrixUserId: '@oracle:localhost', backendUrl: 'http://127.0.0.1:1' });
  const userKey = SecretBytes.random(32, 'user key');
  const signer: CallSigner = createRawKeySigner({ algorithm: 'Ed25519', privateKey: userKey });
  const call = await createUserCall({ oracle: parts, signer });
  const { sfuRoomName } = call.facts;
  const callId = createCallId(parseMatrixEventId(`$${randomUUID().replaceAll('-', '')}`), sfuRoomName);
  placed = { oracle: parts, call, callId };
  frames = [];
  return {
    callId,
    sfuRoomName,
    envelopeHex: call.sealed.envelopeHex,
    document: parts.document,
    keyFile: parts.keyFile,
    userPrivateKeyHex: hexOf(userKey.expose()),
    callKeyHex: hexOf(call.callKey.expose()),
  };
}

async function join(end: End, sfuRoomName: string): Promise<void> {
  const { call, callId, oracle: parts } = must(placed);
  const wrapSend =
    (send: SendFrame): SendFrame =>
    async (frame, to) => {
      frames.push(hexOf(frame));
      await send(frame, to);
    };
  const seat: Omit<Seat, 'identity'> = { ...sfu, sfuRoomName, toneHz: TONE_HZ[end], wrapSend };
  if (end === 'user') user = await joinAsUser({ ...seat, identity: USER_IDENTITY }, callId, call, parts);
  else {
    const { identitySigner } = parts.keys;
    oracle = await joinAsOracle({ seat: { ...seat, identity: ORACLE_IDENTITY }, callId, call, identitySigner });
  }
}

function factsOf(end: End): EndFacts {
  const { told, participant } = must(end === 'user' ? user : oracle);
  const [other, toneHz] = end === 'user' ? [ORACLE_IDENTITY, TONE_HZ.oracle] : [USER_IDENTITY, TONE_HZ.user];
  return {
    isConfirmed: told.attempt !== undefined,
    refusals: told.refusals,
    words: told.payloads.flatMap((payload) => (payload.kind === 'chat' ? [payload.text] : [])),
    hears: participant.heardTone(other, toneHz),
  };
}

const work: { readonly [A in EndsAsk]: (asks: EndsWork[A]['asks']) => Promise<EndsWork[A]['answers']> } = {
  place,
  async join({ end, sfuRoomName }) {
    await join(end, sfuRoomName);
    return {};
  },
  async begin() {
    const attempt = { attempt: 1, userIdentity: USER_IDENTITY, agentIdentity: ORACLE_IDENTITY };
    await must(oracle).link.begin(attempt);
    return {};
  },
  async write({ text }) {
    await must(user).link.send({ id: createPayloadId(), kind: 'chat', text, sentAt: systemClock.now() });
    return {};
  },
  facts: async ({ end }) => factsOf(end),
  frames: async () => ({ hex: frames }),
  async leave() {
    await user?.[Symbol.asyncDispose]();
    await oracle?.[Symbol.asyncDispose]();
    user = oracle = undefined;
    return {};
  },
};

async function answer<A extends EndsAsk>({ id, ask, asks }: EndsQuestion<A>): Promise<void> {
  try {
    process.send?.({ id, answers: await work[ask](asks) });
  } catch (cause) {
    process.send?.({ id, failure: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
  }
}

process.on('message', (question: EndsQuestion) => void answer(question));
// LiveKit's native threads would keep the process alive without whoever asks it.
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0 });

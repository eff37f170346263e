/**
 * Both ends of one call's secure link in a process that may be a twin; whoever started it is the network between them. Says every
 * frame, and every secret that either end uses, as JSON lines on stdout; obeys JSON lines on stdin.
 */
import { createInterface } from 'node:readline';
import {
  createCallId,
  didSchema,
  parseMatrixEventId,
  parseWith,
  SecretBytes,
  systemClock,
  type OracleCallError,
} from '@oracle-calls/protocol';
import { createPayloadId, type DataPayload } from '@oracle-calls/protocol/data-frame';
import { HEARD_HERE, listenersOf, placeOf, type CallHearing } from '@oracle-calls/protocol/hearing';
import {
  AgentLink,
  UserLink,
  type ConfirmedAttempt,
  type DeclaredHearing,
  type FrameKeys,
  type SendFrame,
} from '@oracle-calls/protocol/secure-link';
import { createEd25519Verifier } from '@oracle-calls/protocol/signing';
import * as v from 'valibot';
import { createOracleParts } from '../room/oracle-keys.ts';
import { createUserCall } from '../room/user-call.ts';
import { commandSchema, IDENTITIES, type EndName, type EndsLine } from './ends-lines.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const say = (line: EndsLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** What a thief of an end's memory would see: each secret when it is used, once. */
const noted = new Set<string>();
const expose = Reflect.get(SecretBytes.prototype, 'expose');
SecretBytes.prototype.expose = function noteAndExpose() {
  const bytes = expose.call(this);
  const label = /^\[SecretBytes (.*)\]$/.exec(this.toString())?.[1] ?? '';
  const hex = hexOf(bytes);
  if (!noted.has(label + hex)) say({ said: 'secret', label, hex });
  noted.add(label + hex);
  return bytes;
};

const oracle = createOracleParts({
  did: parseWith(didSchema, 'did:ixo:oracle'),
  matrixUserId: '@oracle:localhost',
  backendUrl: 'http://127.0.0.1:1',
});
const call = await createUserCall({ oracle });
const { context, contextHash, signature: envelopeSignature } = call.sealed.envelope;
const callId = createCallId(parseMatrixEventId('$event'), call.facts.sfuRoomName);
const { keyFile, document } = oracle;
const binding = { contextHash, envelopeSignature, callId };

const CAPTION = { kind: 'caption', speaker: 'oracle', isFinal: false } as const;

/** No media here: the keys come out as secrets. */
const frameKeys: FrameKeys = {
  installReceiving: async () => undefined,
  switchSending: async () => undefined,
  retire: async () => undefined,
};
const sendOf =
  (from: EndName): SendFrame =>
  async (frame) =>
    say({ said: 'frame', from, hex: hexOf(frame) });
/** What came of the user's comparison with the attempt before. */
let warning: string | undefined;
const eventsOf = (end: EndName) => ({
  declared: ({ changed }: DeclaredHearing) => void (warning = changed?.change),
  confirmed: ({ comparisonCode: code, hearing }: ConfirmedAttempt) => {
    const listeners = listenersOf(hearing).map(({ host }) => host);
    say({ said: 'confirmed', end, code, listeners, warning: end === 'user' ? warning : undefined });
  },
  superseded: () => undefined,
  peerReady: () => undefined,
  rekeyed: (epoch: number) => say({ said: 'rekeyed', end, epoch }),
  payload: (payload: DataPayload) => {
    if ('text' in payload) say({ said: 'payload', end, text: payload.text });
  },
  refused: ({ code }: OracleCallError) => say({ said: 'refused', end, code }),
  failed: ({ code }: OracleCallError) => say({ said: 'refused', end, code }),
  stalled: () => undefined,
});

const user = new UserLink({
  clock: systemClock,
  frameKeys,
  send: sendOf('user'),
  events: eventsOf('user'),
  handshake: {
    ...binding,
    userIdentity: IDENTITIES.user,
    callKey: call.callKey,
    comparisonNonce: call.comparisonNonce,
    callSigner: call.callSigner,
    oracleVerifier: createEd25519Verifier(oracle.keys.identityKey.publicKey),
  },
});
const createAgent = (hearing: CallHearing): AgentLink =>
  new AgentLink({
    clock: systemClock,
    frameKeys,
    send: sendOf('agent'),
    events: eventsOf('agent'),
    handshake: {
      ...binding,
      callKey: call.callKey,
      userCommitment: context.comparisonCommitment,
      identitySigner: oracle.keys.identitySigner,
      callVerifier: createEd25519Verifier(context.callPublicKey),
      hearing,
    },
  });
let agent = createAgent(HEARD_HERE);
say({
  said: 'call',
  callId,
  contextHash: hexOf(contextHash),
  envelopeSignature: hexOf(envelopeSignature),
  callKey: hexOf(call.callKey.expose()),
  keyFile,
  document,
});

for await (const line of createInterface({ input: process.stdin })) {
  const command = v.parse(commandSchema, JSON.parse(line));
  switch (command.do) {
    case 'begin':
      await agent.begin({ attempt: 1, userIdentity: IDENTITIES.user, agentIdentity: IDENTITIES.agent });
      break;
    case 'restart':
      agent.close();
      agent = createAgent({ ...HEARD_HERE, recognition: placeOf('https://ears.example', ['audio']) });
      await agent.begin({ attempt: 2, userIdentity: IDENTITIES.user, agentIdentity: IDENTITIES.agent });
      break;
    case 'rekey':
      await agent.rekey();
      break;
    case 'chat':
      await user.send({ id: createPayloadId(), kind: 'chat', text: command.text, sentAt: 1 });
      break;
    case 'caption':
      // Not final: what the next caption replaces is neither receipted nor sent again.
      await agent.send({ ...CAPTION, id: createPayloadId(), segment: createPayloadId(), text: command.text });
      break;
    case 'deliver': {
      const frame = new Uint8Array(Buffer.from(command.hex, 'hex'));
      if (command.to === 'user') user.receive(frame, IDENTITIES.agent);
      else agent.receive(frame, IDENTITIES.user);
    }
  }
}

/**
 * A caller in a process of its own, which may be a twin: places a call by our Matrix adapter and hears the oracle's answers by the
 * SDK's own class; lets rings of the oracle ring, as an application that was made for it. Takes one JSON argument; says what it does as JSON lines on stdout, and obeys JSON lines on stdin.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { parseMatrixRoomId, parseMatrixUserId } from '@oracle-calls/matrix';
import { openMatrixAccount } from '@oracle-calls/matrix/node';
import {
  BearerSecret,
  CALL_EVENT_TYPE,
  CALL_EVENT_VERSION,
  createCallId,
  didSchema,
  isOracleCallError,
  parseCallEvent,
  parseWith,
  silentLogger,
  systemClock,
} from '@oracle-calls/protocol';
import { resolveStrictOracle } from '@oracle-calls/protocol/did';
import { createBackendClient, createOracleCallsCore, loadStrictProtocol } from '@oracle-calls/sdk/core';
import { OracleAnswers } from '@oracle-calls/sdk/oracle-answers';
import { FakeDevices, FakeSfu } from '@oracle-calls/testing';
import * as v from 'valibot';
import { DevicePins } from '../../system/ring/device-pins.ts';
import { createOracleParts } from '../room/oracle-keys.ts';
import { createUserCall, createUserSigner } from '../room/user-call.ts';

const settings = v.parse(
  v.object({
    homeserverUrl: v.string(),
    userId: v.string(),
    password: v.string(),
    storeDir: v.string(),
    oracleUserId: v.string(),
  }),
  JSON.parse(process.argv[2] ?? ''),
);
const commandSchema = v.object({ do: v.literal('call'), room: v.string() });

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const codeOf = (error: unknown): string => (isOracleCallError(error) ? error.code : String(error));

const oracleUserId = parseMatrixUserId(settings.oracleUserId);
const account = await openMatrixAccount({
  homeserverUrl: settings.homeserverUrl,
  userId: parseMatrixUserId(settings.userId),
  password: new BearerSecret(settings.password, 'test password'),
  storeDir: settings.storeDir,
});
const known = createOracleParts({
  did: parseWith(didSchema, 'did:ixo:oracle'),
  matrixUserId: oracleUserId,
  backendUrl: 'http://127.0.0.1:1',
});
const documentSource = {
  resolve: async () => ({
    ...{ didResolutionMetadata: {}, didDocumentMetadata: {} },
    didDocument: JSON.parse(known.document),
  }),
};
const calls = createOracleCallsCore({
  ...{ oracleDid: known.did, matrix: account, sfu: new FakeSfu(), devices: new FakeDevices() },
  ...{ clock: systemClock, logger: silentLogger, keyPins: new DevicePins(), tabStorage: undefined },
  resolveOracle: async (did) => ({
    ...(await resolveStrictOracle(did, documentSource, { allowPrivateAddresses: true })),
    matrixUserId: oracleUserId,
  }),
  createBackendClient: (backendUrl) =>
    createBackendClient({
      ...{ backendUrl, clock: systemClock },
      requestOpenIdToken: (signal) => account.requestOpenIdToken({ signal }),
    }),
  loadProtocol: loadStrictProtocol,
  signer: async () => createUserSigner(),
});
calls.rings.observe(({ ringEventId, status }) => say({ said: 'ring', ringEventId, status }));
const answers = new OracleAnswers(account, oracleUserId, ({ callStatus }) => say({ said: 'answer', callStatus }));
account.observeInvites(({ matrixRoomId }) => {
  account.joinRoom(matrixRoomId).then(
    () => say({ said: 'joined', room: matrixRoomId }),
    (error: unknown) => say({ said: 'refused', code: codeOf(error) }),
  );
});
say({ said: 'open' });

for await (const line of createInterface({ input: process.stdin })) {
  const matrixRoomId = parseMatrixRoomId(v.parse(commandSchema, JSON.parse(line)).room);
  try {
    const call = await createUserCall({ oracle: known, facts: { matrixRoomId, matrixSender: settings.userId } });
    const { sessionId, sfuRoomName } = call.facts;
    const content = parseCallEvent({
      v: CALL_EVENT_VERSION,
      callType: 'audio',
      callStatus: 'pending',
      callStartedAt: new Date().toISOString(),
      encryptionKey: call.sealed.envelopeHex,
      sessionId,
      roomId: sfuRoomName,
      userDid: call.signer.did,
      oracleDid: known.did,
    });
    const options = { transactionId: randomUUID(), peer: oracleUserId };
    const eventId = await account.sendEvent(matrixRoomId, CALL_EVENT_TYPE, content, options);
    const callId = createCallId(eventId, sfuRoomName);
    answers.bind({ callId, eventId, matrixRoomId });
    say({ said: 'called', eventId, callId });
  } catch (error) {
    say({ said: 'refused', code: codeOf(error) });
  }
}

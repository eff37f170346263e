import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDid } from '@oracle-calls/protocol/did';
import type { ScriptedCaller } from '../../../dev/caller/scripted-caller.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { openEnvelope } from '../ends/thief.ts';
import { createOracleParts } from '../room/oracle-keys.ts';
import type { StackAttackScene } from './stack-attack-scene.ts';

/** A call event is out, or refused, within this time on two busy cores, in ms. */
const CALL_MAX_MS = 60_000;
/** How often the page is looked at, in ms. */
const POLL_MS = 50;

/** What a call that is placed asks for and sends: a seat, a room where there is none yet, an event. */
const SENT = ['/join-token', '/createRoom', '/send/m.room.encrypted'] as const;

/** The seat and the event. */
const SENT_BY_CALL = 2;

/** Clicks Call and waits until the call event is out or the call is over; answers with the call's id, or the code of the refusal. */
async function placeCall(caller: ScriptedCaller): Promise<{ readonly callId?: string; readonly code?: string }> {
  await caller.clickCall();
  await caller.page.waitForFunction(
    () => {
      const shown = window.oracleCallsPage;
      return shown?.callId !== undefined || (shown?.state === 'error' && shown.clickedAt !== undefined);
    },
    undefined,
    { timeout: CALL_MAX_MS, polling: POLL_MS },
  );
  const { callId, errorCode } = await caller.snapshot();
  return callId === undefined ? { code: errorCode ?? 'no code' } : { callId };
}

/** What the registry of DIDs can say. */
export const registryAttacks: readonly Attack<StackAttackScene>[] = [
  {
    name: 'attack: registry swaps the oracle key',
    refusedBy: 'ERR_KEY_CHANGED',
    twin: {
      without: 'holding the keys that are shown against the pinned ones',
      parts: ['page'],
      patches: [
        {
          file: 'packages/protocol/src/key-pin/judge-keys.ts',
          find: 'if (!holdSameKeys(reached, shown)) {',
          replace: 'if (reached === undefined) {',
        },
      ],
    },
    async run(scene) {
      const { stack } = scene;
      const documentFile = join(stack.paths.didDocumentsDir, 'oracle.json');
      const honest = await readFile(documentFile, 'utf8');
      await using caller = await scene.caller('alice');
      const first = await placeCall(caller);
      if (first.callId === undefined) throw new Error(`The first call was not placed: ${first.code}`);
      await caller.hangUp();
      // Everything is as the real oracle's document has it, save for the keys.
      const { oracleDid, oracleUserId: matrixUserId, backendUrl } = stack;
      const falseOracle = createOracleParts({ did: parseDid(oracleDid), matrixUserId, backendUrl });
      await writeFile(documentFile, falseOracle.document);
      try {
        // The backend keeps a document for a while; the one that it reads next is the registry's lie.
        await stack.restartBackend({ signal: 'SIGTERM' });
        // A page of before has the document for a few minutes; the pins are in the browser's storage.
        await caller.page.reload();
        await caller.page.getByRole('button', { name: 'Call', exact: true }).waitFor();
        const sent: string[] = [];
        caller.page.on('request', (request) => {
          if (SENT.some((path) => request.url().includes(path))) sent.push(new URL(request.url()).pathname);
        });
        const { callId, code } = await placeCall(caller);
        if (callId === undefined) {
          if (sent.length > 0) throw new Error(`No call, but something was sent: ${sent.join(', ')}`);
          return refused(code ?? 'no code', 'the page placed no call and sent nothing of one');
        }
        await scene.log.untilSaid('the call', ({ msg, callId: said }) => msg === 'call accepted' && said === callId);
        if (sent.length < SENT_BY_CALL) throw new Error(`The page’s requests are not seen: ${sent.join(', ')}`);
        const { body } = await scene.ask('POST', `/calls/${callId}/key`, await scene.agentAuthorization());
        await openEnvelope(
          { envelopeHex: String(body['encryptionKey']), document: falseOracle.document },
          falseOracle.keyFile,
        );
        return succeeded('the call is placed, and its envelope opens with the false key');
      } finally {
        await writeFile(documentFile, honest);
        await stack.restartBackend({ signal: 'SIGTERM' });
      }
    },
  },
];

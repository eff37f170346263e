/** One of several processes' worth of askers: opens the store by itself, waits for the word, and does the same thing many times at once. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStore, parsePostgresUrl, type Store } from '@oracle-calls/backend/operator';
import { ALICE, MALLORY, NOON, newCall, roomRequest } from './store-facts.ts';
import type { RaceInput, RaceName } from './races.ts';

const { database, race, call, worker, times } = workerData as RaceInput;
const port = parentPort;
if (port === null) throw new Error('Not a worker.');

type Attempt = (store: Store, index: number) => Promise<unknown>;

const RACES: Readonly<Record<RaceName, Attempt>> = {
  'one event': async ({ calls }) => calls.accept(call),
  'one envelope': async ({ calls }) => calls.accept(newCall({ envelopeSha256: call.envelopeSha256 })),
  'one room name': async ({ sfuRooms }, index) => {
    const asker = (worker + index) % 2 === 0 ? ALICE : MALLORY;
    const room = await sfuRooms.ask(roomRequest({ name: call.sfuRoomName, asker, openMax: 1_000 }));
    return typeof room === 'string' ? room : room.owner;
  },
  'a room and its call': async ({ calls, sfuRooms }, index) => {
    if ((worker + index) % 2 === 0) return calls.accept(call);
    const room = await sfuRooms.ask(roomRequest({ name: call.sfuRoomName, asker: MALLORY, openMax: 1_000 }));
    return typeof room === 'string' ? room : room.owner;
  },
  'open rooms': async ({ sfuRooms }) => {
    const room = await sfuRooms.ask(roomRequest({ openMax: 3 }));
    return typeof room === 'string' ? room : 'opened';
  },
  'one ticket': ({ sfuRooms }) => sfuRooms.useTicket(call.sfuRoomName, call.envelopeSha256, NOON),
  'replacements of an agent': ({ sfuRooms }, index) =>
    sfuRooms.replaceAgent(call.sfuRoomName, `ticket ${String(worker)} ${String(index)}`, 2),
  'one OpenID token': ({ credentials }) => credentials.useOpenIdToken('token', NOON),
  'one webhook': ({ notices }) => notices.addWebhook('webhook', NOON),
  'one activation': ({ calls }) => calls.activate(call.callId, NOON),
  'one end': ({ calls }) => calls.end(call.callId, { endReason: 'hangup', endedAt: NOON, isAnswered: true }),
  'one rotation': async ({ apiKeys }, index) => {
    const id = `key-${String(worker)}-${String(index)}`;
    return (await apiKeys.replace('key', { id, sha256: id, createdAt: NOON }, NOON)) !== undefined;
  },
  'one deletion': ({ deletion }) => deletion.delete(call.callId, { kind: 'operator' }, NOON),
};

await using store = await openStore(
  database.kind === 'sqlite' ? { kind: 'sqlite', file: database.text } : parsePostgresUrl(database.text),
);
const go = new Promise((resolve) => port.once('message', resolve));
port.postMessage('ready');
await go;
const attempt = RACES[race];
port.postMessage(await Promise.all(Array.from({ length: times }, (_, index) => attempt(store, index))));

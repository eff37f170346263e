import { randomUUID } from 'node:crypto';
import { CALL_EVENT_TYPE, RING_EVENT_TYPE, RING_EVENT_VERSION } from '@oracle-calls/protocol';
import type { MatrixRoomId } from '@oracle-calls/matrix';
import * as v from 'valibot';
import { MatrixScene, roomOf, until, type App, type Person } from '../../system/matrix/matrix-scene.ts';
import type { AttackScene, Twin } from '../attack.ts';
import { LineProcess } from '../line-process.ts';
import { seen } from '../seen.ts';
import type { SourcePatch } from '../twin/source-patch.ts';

const lineSchema = v.variant('said', [
  v.object({ said: v.literal('open') }),
  v.object({ said: v.literal('joined'), room: v.string() }),
  v.object({ said: v.literal('called'), eventId: v.string(), callId: v.string() }),
  v.object({ said: v.literal('refused'), code: v.string() }),
  v.object({ said: v.literal('answer'), callStatus: v.string() }),
  v.object({ said: v.literal('ring'), ringEventId: v.string(), status: v.string() }),
]);
type Line = v.InferOutput<typeof lineSchema>;
type Called = Extract<Line, { said: 'called' }>;

/** Keys of a room reach a device within this time after the event, or never, in ms. */
const KEYS_MAX_MS = 10_000;
/** A ring that is believed rings within this time on two busy cores, in ms. */
const RINGING_MAX_MS = 10_000;

/** The caller, in a process of its own, with its account. */
export interface AttackedCaller extends AsyncDisposable {
  readonly person: Person;
  readonly process: LineProcess<Line>;
  /** Places a call in a room; the code where that was refused. */
  call(room: MatrixRoomId): Promise<Called | string>;
}

/** A real Synapse; the caller's own code runs apart from the rest, so that it alone becomes a twin. */
export class MatrixAttackScene implements AttackScene {
  readonly matrix: MatrixScene;
  #patches: readonly SourcePatch[] = [];

  private constructor(matrix: MatrixScene) {
    this.matrix = matrix;
  }

  static async open(): Promise<MatrixAttackScene> {
    return new MatrixAttackScene(await MatrixScene.open());
  }

  async become(twin: Twin | undefined): Promise<void> {
    this.#patches = twin?.patches ?? [];
  }

  /** A new person who calls this oracle. */
  async caller(oracle: Person): Promise<AttackedCaller> {
    const person = await this.matrix.person('alice');
    const process = new LineProcess({
      program: new URL('caller-process.ts', import.meta.url),
      schema: lineSchema,
      settings: {
        homeserverUrl: this.matrix.synapse.baseUrl,
        userId: person.userId,
        password: person.password,
        storeDir: this.matrix.storeDir(person),
        oracleUserId: oracle.userId,
      },
      patches: this.#patches,
    });
    await process.untilSaid('that the account is open', isOpen);
    return {
      person,
      process,
      async call(room) {
        const from = process.lines.length;
        process.tell({ do: 'call', room });
        const line = await process.untilSaid('what became of the call', isCalledOrRefused, from);
        return line.said === 'called' ? line : line.code;
      },
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  }

  /** An encrypted room of the oracle's, as the homeserver would have it: with the caller, and with whomever else, joined. */
  async roomOf(oracle: App, caller: AttackedCaller, others: readonly App[] = []): Promise<MatrixRoomId> {
    const from = caller.process.lines.length;
    const created = await oracle.client.createRoom({
      invite: others.map(({ person }) => person.userId),
      is_direct: true,
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    const room = roomOf(created);
    for (const other of others) await other.client.joinRoom(room);
    // Last, so that the caller's first look at the room shows everybody.
    await oracle.client.invite(room, caller.person.userId);
    await caller.process.untilSaid('that it joined', isJoined, from);
    return room;
  }

  /** Whether a device gets to read an event. `reader` is somebody who may: once they can, keys are on their way no more. */
  async canRead(ghost: App, room: MatrixRoomId, eventId: string, reader: App): Promise<boolean> {
    let isReadable = false;
    const reading = until(() => reader.client.getRoom(room)?.findEventById(eventId), 'the event at its reader').then(
      async (event) => {
        while (event.isDecryptionFailure() || event.isBeingDecrypted() || event.getClearContent() === null) {
          await reader.client.decryptEventIfNeeded(event);
          await new Promise(setImmediate);
        }
        isReadable = true;
      },
    );
    const event = await until(() => ghost.client.getRoom(room)?.findEventById(eventId), 'the event at the ghost');
    const canOpen = await seen(
      async () => {
        await ghost.client.decryptEventIfNeeded(event);
        return !event.isDecryptionFailure() && event.getType() === CALL_EVENT_TYPE;
      },
      KEYS_MAX_MS,
      () => isReadable,
    );
    await reading;
    return canOpen;
  }

  /** Answers a call past our own adapter, in somebody's name. */
  async answer({ client }: App, room: MatrixRoomId, { callId, eventId }: Called): Promise<void> {
    const sendEvent = client.sendEvent.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const content = {
      callId,
      callStatus: 'ended',
      endReason: 'completed',
      'm.relates_to': { rel_type: 'm.reference', event_id: eventId },
    };
    await sendEvent(room, CALL_EVENT_TYPE, content, randomUUID());
  }

  /** What an honest ring of the oracle to the caller says. */
  ringContent({ person }: AttackedCaller, changes: object = {}): Readonly<Record<string, unknown>> {
    return {
      v: RING_EVENT_VERSION,
      ...{ oracleDid: 'did:ixo:oracle', userId: person.userId, callType: 'audio', lifetimeMs: 60_000 },
      ringStartedAt: new Date().toISOString(),
      ...changes,
    };
  }

  /** Rings past our own adapter, in somebody's name, by an encrypted event; its id. */
  async ring({ client }: App, room: MatrixRoomId, content: object): Promise<string> {
    const sendEvent = client.sendEvent.bind(client) as (...args: unknown[]) => Promise<{ event_id: string }>;
    return (await sendEvent(room, RING_EVENT_TYPE, content, randomUUID())).event_id;
  }

  /** Whether a ring makes the caller's device ring; where it does not, an honest one by the oracle after it must. */
  async rings(caller: AttackedCaller, ringEventId: string, ringHonestly: () => Promise<string>): Promise<boolean> {
    const isRinging = (id: string): boolean =>
      caller.process.lines.some((line) => line.said === 'ring' && line.ringEventId === id && line.status === 'ringing');
    if (await seen(() => isRinging(ringEventId), RINGING_MAX_MS / 2)) return true;
    const honest = await ringHonestly();
    if (!(await seen(() => isRinging(honest), RINGING_MAX_MS))) throw new Error('Nor did the honest ring ring.');
    return isRinging(ringEventId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.matrix[Symbol.asyncDispose]();
  }
}

const isOpen = (line: Line): line is Extract<Line, { said: 'open' }> => line.said === 'open';
const isJoined = (line: Line): line is Extract<Line, { said: 'joined' }> => line.said === 'joined';
const isCalledOrRefused = (line: Line): line is Extract<Line, { said: 'called' | 'refused' }> =>
  line.said === 'called' || line.said === 'refused';

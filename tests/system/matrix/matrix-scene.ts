import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMatrixPort,
  parseMatrixRoomId,
  parseMatrixUserId,
  type DecryptedEvent,
  type MatrixAccountPort,
  type MatrixPort,
  type MatrixRoomId,
  type MatrixUserId,
  type SendOptions,
} from '@oracle-calls/matrix';
import {
  ensureCrossSigning,
  RecoveryKeyHolder,
  resetCrossSigning,
  withPassword,
} from '@oracle-calls/matrix/cross-signing';
import { openMatrixAccount, silenceGlobalSdkLogger, type MatrixAccountOptions } from '@oracle-calls/matrix/node';
import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import { createClient, type MatrixClient } from 'matrix-js-sdk';
import type { Logger as SdkLogger } from 'matrix-js-sdk/lib/logger.js';
import * as v from 'valibot';
import { startSynapse, type Synapse } from '../../../dev/synapse/synapse.ts';

export const CALL_TYPE = 'm.ixo.oracles_call';

export interface Person {
  readonly name: string;
  readonly userId: MatrixUserId;
  readonly password: string;
}

/** Somebody with the application's own client, as the browser SDK meets it: crypto in memory. */
export interface App extends AsyncDisposable {
  readonly person: Person;
  readonly client: MatrixClient;
  readonly port: MatrixPort;
  readonly accessToken: string;
  readonly holder: RecoveryKeyHolder;
}

export interface AccountOptions extends Partial<
  Pick<MatrixAccountOptions, 'logger' | 'storeDir' | 'changedIdentities'>
> {
  readonly baseUrl?: string;
}

export interface AppOptions {
  readonly baseUrl?: string;
  /** Whether the account's identity signs the device; the first signed one makes the identity. Default true. */
  readonly isSigned?: boolean;
}

const loginSchema = v.object({ access_token: v.string(), device_id: v.string() });
const messagesSchema = v.object({
  chunk: v.array(v.object({ type: v.string(), sender: v.string(), event_id: v.string() })),
});

/** One real Synapse for a file of tests; every person is new, so that tests do not meet. */
export class MatrixScene implements AsyncDisposable {
  readonly synapse: Synapse;
  readonly folder: string;
  readonly #stack: AsyncDisposableStack;
  /** By user id. */
  readonly #recoveryKeys = new Map<string, BearerSecret>();

  constructor(synapse: Synapse, folder: string, stack: AsyncDisposableStack) {
    this.synapse = synapse;
    this.folder = folder;
    this.#stack = stack;
  }

  static async open(): Promise<MatrixScene> {
    silenceGlobalSdkLogger();
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-matrix-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const synapse = stack.use(await startSynapse({ stateDir: folder }));
    return new MatrixScene(synapse, folder, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async person(role: string): Promise<Person> {
    const name = `${role}-${randomUUID().slice(0, 8)}`;
    const password = randomUUID();
    await this.synapse.registerUser(name, password);
    return { name, userId: parseMatrixUserId(`@${name}:localhost`), password };
  }

  storeDir(person: Person): string {
    return join(this.folder, person.name);
  }

  /** The account of an oracle, on its durable store. */
  openAccount(
    person: Person,
    { baseUrl = this.synapse.baseUrl, ...more }: AccountOptions = {},
  ): Promise<MatrixAccountPort & AsyncDisposable> {
    return openMatrixAccount({
      homeserverUrl: baseUrl,
      userId: person.userId,
      password: new BearerSecret(person.password, 'test password'),
      storeDir: this.storeDir(person),
      ...more,
      signal: AbortSignal.timeout(90_000),
    });
  }

  async openApp(person: Person, { baseUrl = this.synapse.baseUrl, isSigned = true }: AppOptions = {}): Promise<App> {
    const { access_token: accessToken, device_id: deviceId } = v.parse(
      loginSchema,
      await this.api('POST', '/login', {
        body: {
          type: 'm.login.password',
          identifier: { type: 'm.id.user', user: person.name },
          password: person.password,
        },
      }),
    );
    const logger = silentSdkLogger();
    const holder = new RecoveryKeyHolder();
    const { cryptoCallbacks } = holder;
    const { userId } = person;
    const client = createClient({ baseUrl, userId, accessToken, deviceId, logger, cryptoCallbacks, disableVoip: true });
    await client.initRustCrypto({ useIndexedDB: false });
    await client.startClient({ disablePresence: true });
    const close = (): Promise<void> => Promise.resolve(client.stopClient());
    const app = { person, client, port: createMatrixPort(client), accessToken, holder, [Symbol.asyncDispose]: close };
    if (isSigned) await this.sign(app);
    return app;
  }

  /** As the application does after sign-in; later devices of the account are signed with the recovery key of the first. */
  async sign({ client, holder, person: { userId } }: App): Promise<void> {
    await until(() => client.isInitialSyncComplete() || undefined, 'the first sync');
    const outcome = await ensureCrossSigning(client, { holder, recoveryKey: this.#recoveryKeys.get(userId) });
    if (outcome.state !== 'ready') throw new Error(`${userId} has an identity that this test did not make`);
    if (outcome.newRecoveryKey !== undefined) this.#recoveryKeys.set(userId, outcome.newRecoveryKey);
  }

  /** The recovery key that the account's first device was given. */
  recoveryKeyOf({ userId }: Pick<Person, 'userId'>): BearerSecret {
    const key = this.#recoveryKeys.get(userId);
    if (key === undefined) throw new Error(`${userId} has no recovery key`);
    return key;
  }

  /** Signs a device out: the homeserver forgets it, and its keys are gone with it. */
  async signOut({ client, accessToken }: App): Promise<void> {
    client.stopClient();
    await this.api('POST', '/logout', { body: {}, token: accessToken });
  }

  /** Another identity in place of the account's, as after a lost recovery key or by a lying homeserver. */
  async replaceIdentity({ client, holder, person: { userId, password } }: App): Promise<void> {
    const authorise = withPassword(userId, new BearerSecret(password, 'test password'));
    this.#recoveryKeys.set(userId, await resetCrossSigning(client, { holder, authorise }));
  }

  /** One request to the homeserver, past every client. */
  async api(
    method: string,
    path: string,
    { body, token }: { readonly body?: object; readonly token?: string } = {},
  ): Promise<unknown> {
    const response = await fetch(`${this.synapse.baseUrl}/_matrix/client/v3${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return answer;
  }

  /** Ids of the encrypted events of somebody in a room, as the homeserver holds them, newest first. */
  async eventsOf(app: App, room: MatrixRoomId): Promise<string[]> {
    const path = `/rooms/${encodeURIComponent(room)}/messages?dir=b&limit=500`;
    const { chunk } = v.parse(messagesSchema, await this.api('GET', path, { token: app.accessToken }));
    return chunk
      .filter(({ type, sender }) => type === 'm.room.encrypted' && sender === app.person.userId)
      .map(({ event_id: eventId }) => eventId);
  }
}

/** Accepts every invitation. A join that fails shows by what does not come; one may be overtaken by the end of its test. */
export function joinWhenInvited(account: MatrixAccountPort): Disposable {
  return account.observeInvites(({ matrixRoomId }) => void account.joinRoom(matrixRoomId).catch(() => undefined));
}

/** Collects events, and waits for one of them. */
export class Collected implements Disposable {
  readonly events: DecryptedEvent[] = [];
  readonly #observing: Disposable;

  constructor(port: MatrixPort) {
    this.#observing = port.observeEvents((event) => this.events.push(event));
  }

  [Symbol.dispose](): void {
    this.#observing[Symbol.dispose]();
  }

  async until(eventId: string, waitMs = 20_000): Promise<DecryptedEvent> {
    return await until(() => this.events.find((event) => event.eventId === eventId), `event ${eventId}`, waitMs);
  }
}

/** Waits until something is there. */
export async function until<T>(look: () => T | undefined, what: string, waitMs = 20_000): Promise<T> {
  const endsAt = systemClock.now() + waitMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (systemClock.now() > endsAt) throw new Error(`${what} did not come within ${waitMs} ms`);
    await systemClock.sleep(20);
  }
}

/** A transaction id of its own, for a peer. */
export const newTransaction = ({ userId: peer }: Pick<Person, 'userId'>): SendOptions => ({
  transactionId: randomUUID(),
  peer,
});

export const roomOf = (answer: unknown): MatrixRoomId =>
  parseMatrixRoomId(v.parse(v.object({ room_id: v.string() }), answer).room_id);

function silentSdkLogger(): SdkLogger {
  const nothing = (): void => undefined;
  const logger: SdkLogger = {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    getChild: () => logger,
  };
  return logger;
}

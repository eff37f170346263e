import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readBearerFile } from '@oracle-calls/agent/oracle-key';
import { createRingClient, type RingClient } from '@oracle-calls/agent/rings';
import { callIdParts, parseCallId } from '@oracle-calls/protocol';
import type { Browser } from 'playwright-core';
import type { Speech } from '../../../dev/caller/scripted-caller.ts';
import type { CallFacts } from '../../../dev/demo/call-facts.ts';
import type { Stack } from '../../../dev/stack/stack.ts';
import { joinHidden, type HiddenListener } from '../../system/hidden-listener.ts';
import { StackScene } from '../../system/stack-scene.ts';
import { AppPerson, type AppPersonOptions } from '../person/app-person.ts';
import { AppNetwork } from './app-network.ts';

/** A drain that is to be seen has to last. */
const BACKEND_DRAIN_S = 20;
const DAY_MS = 86_400_000;

export interface Account {
  readonly userId: string;
  readonly password: string;
}

/** What every test of the app plays on: one whole stack and one browser for all of them, a new account and a new profile for each. */
export class AppScene implements AsyncDisposable {
  readonly network: AppNetwork;
  readonly #scene: StackScene;

  private constructor(scene: StackScene, network: AppNetwork) {
    this.#scene = scene;
    this.network = network;
  }

  static async open(): Promise<AppScene> {
    const network = new AppNetwork();
    const { clientUrl } = network;
    return new AppScene(
      await StackScene.open({ clientUrl, singleSignOn: true, drainSeconds: { backend: BACKEND_DRAIN_S } }),
      network,
    );
  }

  get stack(): Stack {
    return this.#scene.stack;
  }

  get browser(): Browser {
    return this.#scene.browser;
  }

  /** Where a person calls from. */
  get url(): string {
    if (this.stack.webUrl === undefined) throw new Error('The stack has no page.');
    return this.stack.webUrl;
  }

  /** A spoken question that the oracle of a stack knows the answer to. */
  get question(): Speech {
    return this.#scene.question;
  }

  /** Somebody says this. */
  speech(text: string): Promise<Speech> {
    return this.#scene.speech(text);
  }

  /** How the oracle's own code rings people. */
  async rings(): Promise<RingClient> {
    const apiKey = await readBearerFile(join(this.stack.paths.oracleDir, 'agent-api-key'), 'API key');
    return createRingClient({ backendUrl: this.stack.backendUrl, apiKey });
  }

  /** What backend and agent have logged of calls. */
  get facts(): CallFacts {
    return this.#scene.facts;
  }

  /** The last lines of every server and page, for the message of a failed test. */
  tail(lines?: number): string {
    return this.#scene.tail(lines);
  }

  /** What a recogniser makes of 16 kHz audio. */
  recognise(samples: Float32Array): Promise<string> {
    return this.#scene.recognise(samples);
  }

  /** An account that nobody has signed in to yet, at the homeserver and at the provider of accounts. */
  async account(name = 'carol'): Promise<Account> {
    const localpart = `${name}-${randomUUID().slice(0, 8)}`;
    const password = randomUUID();
    await this.stack.registerUser(localpart, password);
    this.stack.singleSignOn?.register({ name: localpart, password });
    return { userId: `@${localpart}:${this.stack.serverName}`, password };
  }

  /** Somebody with a new account before the page, not signed in. */
  async visitor(options: AppPersonOptions = {}): Promise<AppPerson> {
    const { account = await this.account(), ...others } = options;
    return AppPerson.arrive(this, account, others);
  }

  /** Somebody with a new account who has signed in, kept the recovery key, and can call. */
  async person(options: AppPersonOptions = {}): Promise<AppPerson> {
    const person = await this.visitor(options);
    await person.signIn();
    return person;
  }

  /** Takes a line of a page for {@link tail}. */
  note(line: string): void {
    this.#scene.log.push(`page | ${line}`);
  }

  /** Somebody with the SFU's own secret in a call's media room, whom everybody there sees. */
  joinAsStranger(callId: string | undefined): Promise<HiddenListener> {
    const { sfuRoomName } = callIdParts(parseCallId(callId));
    return joinHidden({ ...this.stack.sfu, sfuRoomName, isSeen: true });
  }

  /** Ends every session of people at the backend, as time does in an hour. */
  endBackendSessions(): void {
    using database = this.#openCalls();
    database.exec('DELETE FROM sessions');
  }

  /** The conversation that each call of somebody belongs to, oldest first. */
  sessionIdsOf(userId: string): readonly string[] {
    using database = this.#openCalls();
    const rows = database.prepare('SELECT session_id FROM calls WHERE matrix_user_id = ? ORDER BY seq').all(userId);
    return rows.map(({ session_id: id }) => String(id));
  }

  /** Gives somebody who has called as many calls more, each a day before the one before, as a month of use does. */
  addPastCalls(userId: string, count: number): void {
    using database = this.#openCalls();
    const first = database.prepare('SELECT * FROM calls WHERE matrix_user_id = ? LIMIT 1').get(userId);
    if (first === undefined) throw new Error(`${userId} has not called.`);
    const { seq: _seq, ...row } = first;
    const columns = Object.keys(row);
    const insert = database.prepare(
      `INSERT INTO calls (${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})`,
    );
    for (let day = 1; day <= count; day++) {
      const name = randomUUID();
      const [startedAt, endedAt] = [Number(row['started_at']), Number(row['ended_at'])].map((at) => at - day * DAY_MS);
      insert.run({
        ...row,
        ...{ call_id: `$${name}@${name}`, event_id: `$${name}`, sfu_room_name: name, envelope_sha256: name },
        ...{ started_at: startedAt ?? 0, ended_at: endedAt ?? 0 },
      });
    }
  }

  #openCalls(): DatabaseSync {
    return new DatabaseSync(join(this.stack.paths.backendDir, 'calls.db'), { enableForeignKeyConstraints: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scene[Symbol.asyncDispose]();
    await this.network[Symbol.asyncDispose]();
  }
}

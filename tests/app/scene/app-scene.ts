import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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

  /** A spoken question, answered well by the demonstration brain. */
  get question(): Speech {
    return this.#scene.question;
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
    using database = new DatabaseSync(join(this.stack.paths.backendDir, 'calls.db'));
    database.exec('DELETE FROM sessions');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scene[Symbol.asyncDispose]();
    await this.network[Symbol.asyncDispose]();
  }
}

import type { CDPSession, BrowserContextOptions } from 'playwright-core';
import * as v from 'valibot';
import {
  installDeviceRack,
  LAPTOP,
  type DeviceRack,
  type RackAnswer,
  type RackDevice,
} from '../../../dev/caller/device-rack.ts';
import type { OracleCallsPage } from '../../../apps/web/src/page-window.ts';
import type { PageEars } from '../../../dev/caller/page-ears.ts';
import { openPage, ScriptedCaller, type ScriptedCallerOptions } from '../../../dev/caller/scripted-caller.ts';
import type { Account, AppScene } from '../scene/app-scene.ts';
import { PageTrouble } from './page-trouble.ts';
import { installToneWatch, type ToneWatch } from './tone-watch.ts';

export interface AppPersonOptions {
  /** A new one when absent. */
  readonly account?: Account;
  /** What the machine has. Default {@link LAPTOP}. */
  readonly devices?: readonly RackDevice[];
  readonly context?: BrowserContextOptions;
  /** Confirms this device, where the account has an identity already. */
  readonly recoveryKey?: string;
}

const joinedSchema = v.object({ joined_rooms: v.array(v.string()) });

type PageGlobals = { readonly deviceRack: DeviceRack; readonly pageEars: PageEars; readonly toneWatch: ToneWatch };

/** A person at the app, with a browser profile, devices and a network connection that a test can disturb. */
export class AppPerson extends ScriptedCaller {
  readonly account: Account;
  /** Errors that the page did not catch, and what its Content-Security-Policy stopped. */
  readonly trouble: PageTrouble;
  readonly #scene: AppScene;
  readonly #options: ScriptedCallerOptions;
  #devTools: Promise<CDPSession> | undefined;

  private constructor(parts: {
    readonly page: ScriptedCaller['page'];
    readonly options: ScriptedCallerOptions;
    readonly account: Account;
    readonly scene: AppScene;
    readonly trouble: PageTrouble;
  }) {
    super(parts.page, parts.options);
    this.account = parts.account;
    this.trouble = parts.trouble;
    this.#scene = parts.scene;
    this.#options = parts.options;
  }

  /** A new browser before the page. */
  static arrive(scene: AppScene, account: Account, options: Omit<AppPersonOptions, 'account'>): Promise<AppPerson> {
    const { devices = LAPTOP, context = {}, recoveryKey } = options;
    const { browser, url } = scene;
    return AppPerson.#at(scene, account, {
      ...{ browser, url, ...account, context },
      ...(recoveryKey !== undefined && { recoveryKey }),
      log: (line) => scene.note(line),
      async prepare(page) {
        await page.addInitScript(installDeviceRack, devices);
        await page.addInitScript(installToneWatch);
      },
    });
  }

  static async #at(scene: AppScene, account: Account, options: ScriptedCallerOptions): Promise<AppPerson> {
    const trouble = new PageTrouble();
    const prepare: ScriptedCallerOptions['prepare'] = async (page) => {
      await trouble.watch(page);
      await options.prepare?.(page);
    };
    const page = await openPage({ ...options, prepare });
    return new AppPerson({ page, options, account, scene, trouble });
  }

  /** Another tab of this person's browser, with the same account and stores. */
  openTab(): Promise<AppPerson> {
    return AppPerson.#at(this.#scene, this.account, { ...this.#options, beside: this });
  }

  /** Waits for a state after something went wrong, where {@link untilState} would give up at once. */
  async recovers(wanted: OracleCallsPage['state'], timeoutMs: number): Promise<void> {
    await this.page.waitForFunction((state) => window.oracleCallsPage?.state === state, wanted, { timeout: timeoutMs });
  }

  plug(device: RackDevice): Promise<void> {
    return this.page.evaluate((added) => (globalThis as object as PageGlobals).deviceRack.plug(added), device);
  }

  unplug(deviceId: string): Promise<void> {
    return this.page.evaluate((id) => (globalThis as object as PageGlobals).deviceRack.unplug(id), deviceId);
  }

  /** How the browser answers from now on when the page asks for a microphone or a camera. */
  answerDevices(kind: 'audioinput' | 'videoinput', answer: RackAnswer): Promise<void> {
    return this.page.evaluate(([asked, said]) => (globalThis as object as PageGlobals).deviceRack.answer(asked, said), [
      kind,
      answer,
    ] as const);
  }

  answerScreen(answer: 'give' | 'dismiss'): Promise<void> {
    return this.page.evaluate((said) => (globalThis as object as PageGlobals).deviceRack.answerScreen(said), answer);
  }

  /** What "Stop sharing" of the browser's own bar does. */
  stopScreen(): Promise<void> {
    return this.page.evaluate(() => (globalThis as object as PageGlobals).deviceRack.stopScreen());
  }

  /** The devices of which something is running now. */
  devicesInUse(): Promise<readonly string[]> {
    return this.page.evaluate(() => (globalThis as object as PageGlobals).deviceRack.inUse());
  }

  /** The speakers that the page chose for its media elements. */
  speakers(): Promise<readonly string[]> {
    return this.page.evaluate(() => (globalThis as object as PageGlobals).deviceRack.speakers());
  }

  /** How loud the page made its media elements, 0 to 1. */
  volumes(): Promise<readonly number[]> {
    return this.page.evaluate(() => (globalThis as object as PageGlobals).deviceRack.volumes());
  }

  /** What is to be heard of a ringtone: notes so far, and whether it goes on. */
  tone(): Promise<{ readonly notes: number; readonly isOn: boolean }> {
    return this.page.evaluate(() => {
      const { toneWatch } = globalThis as object as PageGlobals;
      return { notes: toneWatch.notes(), isOn: toneWatch.isOn() };
    });
  }

  /** The recovery key that the page shows after a first sign-in. */
  async readRecoveryKey(): Promise<string> {
    return (await this.page.getByLabel('Your recovery key', { exact: true }).textContent()) ?? '';
  }

  /** How much of what the page plays its microphone picks up, 0 to 1. */
  setEcho(gain: number): Promise<void> {
    return this.page.evaluate((level) => (globalThis as object as PageGlobals).pageEars.setEcho(level), gain);
  }

  /**
   * Pulls the browser's plug, or puts it back: requests and new sockets fail and `navigator.onLine` says so. Sockets and media
   * that are open go on, which Chromium leaves to {@link AppScene.network}.
   */
  setOffline(isOffline: boolean): Promise<void> {
    return this.page.context().setOffline(isOffline);
  }

  /**
   * Freezes the tab as browsers do with those that nobody looks at, or thaws it: nothing of the page runs meanwhile. Chromium
   * freezes no page that is seen, and headless every page is; so the debugger stops it, and the two events are sent by hand.
   */
  async setFrozen(isFrozen: boolean): Promise<void> {
    const devTools = await this.#openDevTools();
    await devTools.send('Debugger.enable');
    if (isFrozen) {
      await this.page.evaluate(() => document.dispatchEvent(new Event('freeze')));
      await devTools.send('Debugger.pause');
    } else {
      await devTools.send('Debugger.resume');
      await devTools.send('Debugger.disable');
      await this.page.evaluate(() => document.dispatchEvent(new Event('resume')));
    }
  }

  /** Signs this person's device out from elsewhere: the access token that the page has used last is worth nothing from now on. */
  async signOutElsewhere(): Promise<void> {
    await this.#askHomeserver('POST', '/logout', {});
  }

  /** The Matrix rooms that this person is in. */
  async rooms(): Promise<readonly string[]> {
    return v.parse(joinedSchema, await this.#askHomeserver('GET', '/joined_rooms')).joined_rooms;
  }

  /** Invites somebody into every room of this person, as another app of theirs may. */
  async inviteEverywhere(userId: string): Promise<void> {
    for (const room of await this.rooms()) {
      await this.#askHomeserver('POST', `/rooms/${encodeURIComponent(room)}/invite`, { user_id: userId });
    }
  }

  async #askHomeserver(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const { matrixAccessToken } = this.trouble;
    if (matrixAccessToken === undefined) throw new Error('The page has not signed in.');
    const response = await fetch(`${this.#scene.stack.homeserverUrl}/_matrix/client/v3${path}`, {
      method,
      headers: { authorization: matrixAccessToken.expose() },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The homeserver answered ${response.status}.`);
    return response.json();
  }

  #openDevTools(): Promise<CDPSession> {
    return (this.#devTools ??= this.page.context().newCDPSession(this.page));
  }
}

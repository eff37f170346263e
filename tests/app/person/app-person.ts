import type { CDPSession, BrowserContextOptions } from 'playwright-core';
import {
  installDeviceRack,
  LAPTOP,
  type DeviceRack,
  type RackAnswer,
  type RackDevice,
} from '../../../dev/caller/device-rack.ts';
import type { PageEars } from '../../../dev/caller/page-ears.ts';
import { openPage, ScriptedCaller, type ScriptedCallerOptions } from '../../../dev/caller/scripted-caller.ts';
import type { Account, AppScene } from '../scene/app-scene.ts';
import { PageTrouble } from './page-trouble.ts';

export interface AppPersonOptions {
  /** A new one when absent. */
  readonly account?: Account;
  /** What the machine has. Default {@link LAPTOP}. */
  readonly devices?: readonly RackDevice[];
  readonly context?: BrowserContextOptions;
}

type PageGlobals = { readonly deviceRack: DeviceRack; readonly pageEars: PageEars };

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
    const { devices = LAPTOP, context = {} } = options;
    const { browser, url } = scene;
    return AppPerson.#at(scene, account, {
      ...{ browser, url, ...account, context },
      log: (line) => scene.note(line),
      prepare: async (page) => void (await page.addInitScript(installDeviceRack, devices)),
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

  /** Freezes the tab as browsers do with those that nobody looks at, or thaws it. */
  async setFrozen(isFrozen: boolean): Promise<void> {
    const devTools = await this.#openDevTools();
    await devTools.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' });
  }

  /** Signs this person's device out from elsewhere: the access token that the page has used last is worth nothing from now on. */
  async signOutElsewhere(): Promise<void> {
    const { matrixAccessToken } = this.trouble;
    if (matrixAccessToken === undefined) throw new Error('The page has not signed in.');
    const response = await fetch(`${this.#scene.stack.homeserverUrl}/_matrix/client/v3/logout`, {
      method: 'POST',
      headers: { authorization: matrixAccessToken.expose() },
    });
    if (!response.ok) throw new Error(`The homeserver answered ${response.status}.`);
  }

  #openDevTools(): Promise<CDPSession> {
    return (this.#devTools ??= this.page.context().newCDPSession(this.page));
  }
}

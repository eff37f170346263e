import * as v from 'valibot';
import { Store } from '../store/store.ts';

export type PreferenceStorage = Pick<Storage, 'getItem' | 'setItem'>;
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** The browser's, not the account's: signing out keeps it. */
const THEME_KEY = 'oracle-calls.theme';
const TRANSCRIPTS_KEY = 'oracle-calls.keeps-transcripts';
const MEMORY_KEY = 'oracle-calls.oracles-remember';
/** Of the tab: a reload in a call goes on with what was chosen for it. */
const MEMORY_WISH_KEY = 'oracle-calls.memory-wish';
const NOTIFICATIONS_KEY = 'oracle-calls.notifications';

/** How the page looks. */
export class ThemePreference extends Store<ThemeChoice> {
  readonly #storage: PreferenceStorage;
  readonly #root: Pick<HTMLElement, 'dataset'>;

  constructor(storage: PreferenceStorage, root: Pick<HTMLElement, 'dataset'>) {
    super(read(storage, THEME_KEY, v.picklist(THEMES)) ?? 'system');
    this.#storage = storage;
    this.#root = root;
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    this.set(choice);
    write(this.#storage, THEME_KEY, choice);
    this.#apply();
  }

  #apply(): void {
    if (this.value === 'system') delete this.#root.dataset['theme'];
    else this.#root.dataset['theme'] = this.value;
  }
}

export type TranscriptConsent = 'unasked' | 'agreed' | 'declined';

/** Whether what is said in calls is kept. Nothing is, until the person has agreed; they are asked once. */
export class TranscriptPreference extends Store<TranscriptConsent> {
  readonly #storage: PreferenceStorage;

  constructor(storage: PreferenceStorage) {
    super(read(storage, TRANSCRIPTS_KEY, v.picklist(['agreed', 'declined'])) ?? 'unasked');
    this.#storage = storage;
  }

  /** For the options of a call. */
  get keepsTranscript(): boolean {
    return this.value === 'agreed';
  }

  answer(consent: Exclude<TranscriptConsent, 'unasked'>): void {
    this.set(consent);
    write(this.#storage, TRANSCRIPTS_KEY, consent);
  }
}

const memoryWishSchema = v.object({ oracleDid: v.string(), remembers: v.boolean() });
/** What a person wants of their next calls with one oracle, whatever the setting says. */
export type MemoryWish = v.InferOutput<typeof memoryWishSchema>;

export interface MemoryChoice {
  /** The setting. */
  readonly isAllowed: boolean;
  readonly wish: MemoryWish | undefined;
}

/** Whether oracles that remember may keep something of calls: a setting, and a wish for the next call that goes before it. */
export class MemoryPreference extends Store<MemoryChoice> {
  readonly #storage: PreferenceStorage;
  readonly #tab: TabStorage;

  constructor(storage: PreferenceStorage, tab: TabStorage) {
    super({
      isAllowed: read(storage, MEMORY_KEY, v.picklist(['on', 'off'])) !== 'off',
      wish: read(tab, MEMORY_WISH_KEY, v.pipe(v.string(), v.parseJson(), memoryWishSchema)),
    });
    this.#storage = storage;
    this.#tab = tab;
  }

  /** For the options of a call. */
  remembers(oracleDid: string): boolean {
    const { wish, isAllowed } = this.value;
    return wish?.oracleDid === oracleDid ? wish.remembers : isAllowed;
  }

  allow(isAllowed: boolean): void {
    this.set({ isAllowed, wish: undefined });
    this.#keepWish();
    write(this.#storage, MEMORY_KEY, isAllowed ? 'on' : 'off');
  }

  /** It holds until {@link forgetWish}, over a reload too. */
  wish(wish: MemoryWish): void {
    this.set({ ...this.value, wish });
    this.#keepWish();
  }

  /** The call that it was for is over, and nobody calls again from where it ended. */
  forgetWish(): void {
    this.set({ ...this.value, wish: undefined });
    this.#keepWish();
  }

  #keepWish(): void {
    const { wish } = this.value;
    if (wish !== undefined) write(this.#tab, MEMORY_WISH_KEY, JSON.stringify(wish));
    else remove(this.#tab, MEMORY_WISH_KEY);
  }
}

/** The part of the browser's notifications that is asked. */
export interface NotificationPort {
  readonly permission: NotificationPermission;
  requestPermission(): Promise<NotificationPermission>;
}

export interface NotificationChoice {
  readonly permission: NotificationPermission | 'unsupported';
  /** What the person wants; it means something once the browser permits it. */
  readonly isWanted: boolean;
}

/** Whether calls of oracles may be told outside of the page. */
export class NotificationPreference extends Store<NotificationChoice> {
  readonly #storage: PreferenceStorage;
  readonly #port: NotificationPort | undefined;

  constructor(storage: PreferenceStorage, port: NotificationPort | undefined) {
    super({
      permission: port?.permission ?? 'unsupported',
      isWanted: read(storage, NOTIFICATIONS_KEY, v.picklist(['on', 'off'])) === 'on',
    });
    this.#storage = storage;
    this.#port = port;
  }

  /** Whether a notification may be shown now: the browser's word may have changed behind the page. */
  get isOn(): boolean {
    return this.value.isWanted && this.#port?.permission === 'granted';
  }

  /** Call it from a click: browsers ask for nothing else. */
  async turnOn(): Promise<void> {
    if (this.#port === undefined) return;
    const permission = await this.#port.requestPermission();
    this.#choose({ permission, isWanted: permission === 'granted' });
  }

  turnOff(): void {
    this.#choose({ ...this.value, isWanted: false });
  }

  #choose(choice: NotificationChoice): void {
    this.set(choice);
    write(this.#storage, NOTIFICATIONS_KEY, choice.isWanted ? 'on' : 'off');
  }
}

/** What a person has chosen, kept in this browser. */
export interface Preferences {
  readonly theme: ThemePreference;
  readonly transcripts: TranscriptPreference;
  readonly memory: MemoryPreference;
  readonly notifications: NotificationPreference;
}

export interface PreferencePorts {
  readonly storage: PreferenceStorage;
  /** Of this tab alone. */
  readonly tab: TabStorage;
  readonly root: Pick<HTMLElement, 'dataset'>;
  readonly notifications: NotificationPort | undefined;
}

export function createPreferences({ storage, tab, root, notifications }: PreferencePorts): Preferences {
  return {
    theme: new ThemePreference(storage, root),
    transcripts: new TranscriptPreference(storage),
    memory: new MemoryPreference(storage, tab),
    notifications: new NotificationPreference(storage, notifications),
  };
}

/** The browser's own; a page that is not allowed notifications may lack the interface. */
export const browserNotifications = (): NotificationPort | undefined =>
  'Notification' in globalThis
    ? {
        get permission() {
          return Notification.permission;
        },
        requestPermission: () => Notification.requestPermission(),
      }
    : undefined;

function read<const T>(
  storage: Pick<Storage, 'getItem'>,
  key: string,
  schema: v.GenericSchema<unknown, T>,
): T | undefined {
  try {
    const parsed = v.safeParse(schema, storage.getItem(key));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function write(storage: Pick<Storage, 'setItem'>, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

function remove(storage: Pick<Storage, 'removeItem'>, key: string): void {
  try {
    storage.removeItem(key);
  } catch {
    // Nothing is kept there.
  }
}

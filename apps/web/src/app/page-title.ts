import type { Clock } from '@oracle-calls/protocol';

/** A tab in the background is looked at about once a second. */
const FLASH_MS = 1_000;

/** The document's title: the screen's, and in turns with it what must be seen from another tab. */
export class PageTitle {
  readonly #write: (title: string) => void;
  readonly #clock: Clock;
  #screen = '';
  #alert: string | undefined;
  #isAlertShown = false;
  #timer: Disposable | undefined;

  constructor(write: (title: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /** The title of the screen. */
  show(title: string): void {
    this.#screen = title;
    this.#render();
  }

  /** Something that calls for attention, until it is `undefined` again. */
  flash(alert: string | undefined): void {
    if (alert === this.#alert) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#alert = alert;
    this.#isAlertShown = alert !== undefined;
    if (alert !== undefined) this.#tick();
    this.#render();
  }

  #tick(): void {
    this.#timer = this.#clock.after(FLASH_MS, () => {
      this.#isAlertShown = !this.#isAlertShown;
      this.#render();
      this.#tick();
    });
  }

  #render(): void {
    this.#write(this.#isAlertShown && this.#alert !== undefined ? this.#alert : this.#screen);
  }
}

/** Tells outside of the page that an oracle rings. */
export interface Notifier {
  /** Shows a notification, where the person lets it; a click on it brings the page to the front. Dispose to take it back. */
  show(notice: { readonly title: string; readonly tag: string }): Disposable;
}

const NOTHING: Disposable = { [Symbol.dispose]: () => undefined };

/** The browser's notifications. The oracle's words are not among what is shown: a locked screen is read by anybody. */
export function createNotifier(isWanted: () => boolean, page: Pick<Window, 'focus'> = globalThis.window): Notifier {
  return {
    show({ title, tag }) {
      if (!isWanted() || Notification.permission !== 'granted') return NOTHING;
      try {
        const notification = new Notification(title, { tag, requireInteraction: true });
        const clicked = new AbortController();
        notification.addEventListener(
          'click',
          () => {
            page.focus();
            notification.close();
          },
          { signal: clicked.signal },
        );
        return {
          [Symbol.dispose]: () => {
            clicked.abort();
            notification.close();
          },
        };
      } catch {
        // Browsers of phones show notifications of service workers alone.
        return NOTHING;
      }
    },
  };
}

/** A page that was reached, or the address of a page to which the way leads and which is not asked for. */
export interface Reached {
  readonly url: URL;
  readonly status: number;
  readonly body: string;
}

/** Longer than any way from a homeserver to a provider and back. */
const REDIRECTS_MAX = 12;

/** The little of a browser that a sign-in by redirects needs: it follows them and keeps cookies, one jar for each address. */
export class HttpBrowser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** Goes to `url` and on, until a page answers or the way leads below `until`. */
  open(url: URL, until: string): Promise<Reached> {
    return this.#go(url, { method: 'GET' }, until);
  }

  /** Posts a form, as a person's click does. */
  submit(url: URL, fields: Readonly<Record<string, string>>, until: string): Promise<Reached> {
    return this.#go(url, { method: 'POST', body: new URLSearchParams(fields) }, until);
  }

  async #go(from: URL, request: RequestInit, until: string): Promise<Reached> {
    let [url, sent] = [from, request];
    for (let hop = 0; hop < REDIRECTS_MAX; hop++) {
      const response = await fetch(url, { ...sent, redirect: 'manual', headers: { cookie: this.#cookies(url) } });
      this.#keep(url, response);
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, body: await response.text() };
      await response.body?.cancel();
      url = new URL(location, url);
      if (url.href.startsWith(until)) return { url, status: response.status, body: '' };
      sent = { method: 'GET' };
    }
    throw new Error(`More than ${REDIRECTS_MAX} redirects, the last to ${url.origin}${url.pathname}.`);
  }

  #cookies({ origin }: URL): string {
    return [...(this.#jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep({ origin }: URL, response: Response): void {
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
  }
}

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { OracleCallError } from '@oracle-calls/protocol';

/** Random bytes of the path that only this process knows: other users of this machine reach the port too. */
const SECRET_BYTES = 32;

/** What LiveKit's clients ask for: signalling in its older and newer form, and why joining was refused. */
const WEBSOCKET_PATHS = ['/rtc', '/rtc/v1'];
const HTTP_PATHS = ['/rtc/validate', '/rtc/v1/validate'];

/** Which address behind the guard stands for which of the SFU's. */
export class GuardAddress {
  readonly #secret = `/${randomBytes(SECRET_BYTES).toString('base64url')}`;
  readonly #sfu: URL;

  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when `sfuUrl` is no address of an SFU */
  constructor(sfuUrl: string) {
    const sfu = URL.parse(sfuUrl);
    if (sfu === null || !/^(ws|http)s?:$/.test(sfu.protocol)) {
      throw new OracleCallError('ERR_MEDIA_CONNECT', "The media server's address is not one.");
    }
    this.#sfu = sfu;
  }

  /** Where the media library is to connect, when the guard listens on this port. */
  urlOn(port: number): string {
    return `ws://127.0.0.1:${port}${this.#secret}`;
  }

  webSocketTarget(requestTarget: string | undefined): URL | undefined {
    return this.#target(requestTarget, WEBSOCKET_PATHS, 'ws');
  }

  httpTarget(requestTarget: string | undefined): URL | undefined {
    return this.#target(requestTarget, HTTP_PATHS, 'http');
  }

  #target(requestTarget: string | undefined, paths: readonly string[], scheme: 'ws' | 'http'): URL | undefined {
    const asked = URL.parse(requestTarget ?? '', 'ws://guard');
    if (asked === null || !this.#knowsSecret(asked.pathname)) return undefined;
    const path = asked.pathname.slice(this.#secret.length);
    if (!paths.includes(path)) return undefined;
    const target = new URL(this.#sfu);
    target.protocol = `${scheme}${/^(wss|https):$/.test(this.#sfu.protocol) ? 's' : ''}:`;
    target.pathname = `${this.#sfu.pathname.replace(/\/$/, '')}${path}`;
    target.search = asked.search;
    return target;
  }

  #knowsSecret(pathname: string): boolean {
    const [told, secret] = [Buffer.from(pathname).subarray(0, this.#secret.length), Buffer.from(this.#secret)];
    return told.length === secret.length && timingSafeEqual(told, secret);
  }
}

import { OracleCallError, type Did } from '@oracle-calls/protocol';
import type { MatrixAccountPort, MatrixUserId } from '@oracle-calls/matrix/port';
import { serverNameOf } from '../auth/matrix-ids.ts';

/** An oracle that the backend serves, as configuration has it. */
export interface OracleOptions {
  readonly did: Did;
  /** The name under which the oracle's own agent workers register with the SFU. */
  readonly agentName: string;
  /** Homeservers whose users may call this oracle: server name → base URL for checking OpenID tokens. */
  readonly allowedServers: Readonly<Record<string, string>>;
}

/** What the parts behind the API need of an oracle. */
export interface ServedOracle {
  readonly did: Did;
  readonly agentName: string;
  readonly allowedServers: ReadonlySet<string>;
}

/** The oracles of this backend, and the Matrix accounts of those that are open. */
export class ServedOracles {
  readonly #oracles = new Map<Did, ServedOracle>();
  readonly #accounts = new Map<Did, MatrixAccountPort>();

  /** @throws {TypeError} for no oracle, or two of one DID */
  constructor(options: readonly OracleOptions[]) {
    for (const { did, agentName, allowedServers } of options) {
      if (this.#oracles.has(did)) throw new TypeError(`${did} is there twice.`);
      this.#oracles.set(did, { did, agentName, allowedServers: new Set(Object.keys(allowedServers)) });
    }
    if (this.#oracles.size === 0) throw new TypeError('A backend serves at least one oracle.');
  }

  get all(): readonly ServedOracle[] {
    return [...this.#oracles.values()];
  }

  find(did: Did): ServedOracle | undefined {
    return this.#oracles.get(did);
  }

  /**
   * The oracle, for a user who wants to call it.
   *
   * @throws {OracleCallError} `ERR_AUTH_FORBIDDEN` for one that is not served here, `ERR_AUTH_HOMESERVER` when it does not take this user's
   *   server, `ERR_UPSTREAM_BUSY` while its Matrix account is not open
   */
  requireFor(did: Did, userId: MatrixUserId): ServedOracle {
    const oracle = this.#oracles.get(did);
    if (oracle === undefined) {
      throw new OracleCallError('ERR_AUTH_FORBIDDEN', 'This backend does not serve that oracle.');
    }
    if (!oracle.allowedServers.has(serverNameOf(userId))) throw new OracleCallError('ERR_AUTH_HOMESERVER');
    this.accountOf(did);
    return oracle;
  }

  /** The oracle's Matrix account, or `undefined` while it is not open. */
  findAccount(did: Did): MatrixAccountPort | undefined {
    return this.#accounts.get(did);
  }

  /** @throws {OracleCallError} `ERR_UPSTREAM_BUSY` while the account is not open */
  accountOf(did: Did): MatrixAccountPort {
    const account = this.#accounts.get(did);
    if (account === undefined) throw new OracleCallError('ERR_UPSTREAM_BUSY');
    return account;
  }

  /** @throws {TypeError} when the oracle is not served here or has its account already */
  setAccount(did: Did, account: MatrixAccountPort): ServedOracle {
    const oracle = this.#oracles.get(did);
    if (oracle === undefined || this.#accounts.has(did)) throw new TypeError(`${did} cannot be opened.`);
    this.#accounts.set(did, account);
    return oracle;
  }
}

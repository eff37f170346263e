import { BearerSecret, OracleCallError } from '@oracle-calls/protocol';

/** Where the tables are. */
export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** The address holds a password. */
  | { readonly kind: 'postgres'; readonly url: BearerSecret };

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '']);

/**
 * Takes the address of a Postgres database, such as `postgres://oracle:secret@db.example/calls?sslmode=verify-full`.
 *
 * A database on another machine is reached under TLS whose certificate is checked, unless the address says `sslmode=disable`: then the network
 * between must be one that nobody else is in. `sslrootcert=FILE` names a certificate authority of one's own.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`, which never quotes the address
 */
export function parsePostgresUrl(text: string): DatabaseLocation {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw malformed('postgres://USER:PASSWORD@HOST/DATABASE expected');
  }
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && mode !== 'verify-full' && mode !== 'disable') {
    // The others encrypt to whoever answers, or not at all when the server likes.
    throw malformed('sslmode=verify-full or sslmode=disable expected');
  }
  // A folder as `host` is that of the server's socket.
  const host = url.searchParams.get('host') ?? url.hostname;
  const isLocal = LOOPBACK.has(host) || host.startsWith('/');
  if (!isLocal && mode === null) url.searchParams.set('sslmode', 'verify-full');
  return { kind: 'postgres', url: new BearerSecret(url.href, 'database address') };
}

function malformed(expected: string): OracleCallError {
  return new OracleCallError('ERR_PROTOCOL_MALFORMED', `The database address is not usable: ${expected}.`, {
    details: { issues: [`database address: ${expected}`] },
  });
}

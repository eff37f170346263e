/** A result code of SQLite or an SQLSTATE of Postgres. */
export type SqlCode = number | string;

/** Codes that mean something to us; sqlite.org/rescode.html and appendix A of the Postgres manual. */
export const SQL_CODES = {
  /** `SQLITE_BUSY`, `SQLITE_BUSY_RECOVERY`, `SQLITE_BUSY_SNAPSHOT`. */
  sqliteBusy: [5, 261, 517],
  /** `serialization_failure`, `deadlock_detected`, `unique_violation`. */
  postgresConflict: ['40001', '40P01', '23505'],
  /** The server stops, starts or has no room; the connection broke or was refused. */
  postgresAway: [
    '57P01',
    '57P02',
    '57P03',
    '53300',
    '08000',
    '08001',
    '08003',
    '08004',
    '08006',
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENOENT',
    'EPIPE',
    'ETIMEDOUT',
  ],
  /** `query_canceled`: longer than `statement_timeout`. */
  postgresTooSlow: ['57014'],
  /** `invalid_authorization_specification`, `invalid_password`, `invalid_catalog_name`, `insufficient_privilege`. */
  postgresRefused: ['28000', '28P01', '3D000', '42501'],
} as const satisfies Record<string, readonly SqlCode[]>;

/** Whether a driver's error has one of these codes: Postgres' driver says `code`, Node's SQLite `errcode`. */
export function hasCode(error: unknown, field: 'code' | 'errcode', codes: readonly SqlCode[]): boolean {
  if (!(error instanceof Error)) return false;
  const found: unknown = Reflect.get(error, field);
  return codes.some((code) => code === found);
}

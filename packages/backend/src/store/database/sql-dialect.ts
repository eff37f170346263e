import { hasCode, SQL_CODES } from './sql-codes.ts';
import type { ColumnDefinitionBuilder, CreateTableBuilder, IsolationLevel } from 'kysely';

/** A data type of Kysely's schema builder that a rising number has. */
type RisingNumberType = 'integer' | 'bigint';

/** All that SQLite and Postgres do differently and that somebody here has to know. The rest is SQL that both share. */
export interface SqlDialect {
  readonly name: 'sqlite' | 'postgres';
  /** What makes a transaction behave as if it ran alone; `undefined` where every one does. */
  readonly isolation: IsolationLevel | undefined;
  /** Whether running the same transaction again may succeed, because another one was in its way. */
  isConflict(error: unknown): boolean;
  /** Adds a primary key that rises with every row. */
  addRisingNumber<Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
    column: string,
  ): CreateTableBuilder<Table, Column>;
}

function risingNumber(
  type: RisingNumberType,
  build: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder,
): SqlDialect['addRisingNumber'] {
  return (table, column) => table.addColumn(column, type, build);
}

/** A transaction begins with the lock of the one writer (`BEGIN IMMEDIATE`), so that none meets another half-way. */
export const SQLITE: SqlDialect = {
  name: 'sqlite',
  isolation: undefined,
  isConflict: (error) => hasCode(error, 'errcode', SQL_CODES.sqliteBusy),
  addRisingNumber: risingNumber('integer', (column) => column.primaryKey().autoIncrement()),
};

/**
 * Serializable: Postgres watches what each transaction read, gaps included, and fails one of two that could not have run one after the
 * other (its manual, 13.2.3). A unique key taken meanwhile is such a case too: the next attempt finds the row.
 */
export const POSTGRES: SqlDialect = {
  name: 'postgres',
  isolation: 'serializable',
  isConflict: (error) => hasCode(error, 'code', SQL_CODES.postgresConflict),
  addRisingNumber: risingNumber('bigint', (column) => column.generatedByDefaultAsIdentity().primaryKey()),
};

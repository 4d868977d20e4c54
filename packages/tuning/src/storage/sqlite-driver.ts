import { EspalierError } from '@espalier/core';
import { nodeModule } from '@espalier/core/internal';

/** A prepared statement. */
export interface SqliteStatement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}

/** An open database: that of `node:sqlite`, `better-sqlite3` or `libsql`, which are alike. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/** Opens a database file. */
export type SqliteDriver = (path: string) => SqliteDatabase | Promise<SqliteDatabase>;

type Constructor = new (path: string) => SqliteDatabase;

const importNamed = async (name: string): Promise<Constructor> => {
  const { default: made } = (await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name
  )) as { readonly default: Constructor };
  return made;
};

/** Node's own, then the npm packages that are there. */
const candidates: readonly (() => Promise<Constructor>)[] = [
  async () => {
    const { DatabaseSync } = await nodeModule<{ readonly DatabaseSync?: Constructor }>('node:sqlite');
    if (!DatabaseSync) throw new Error('this Node has no SQLite');
    return DatabaseSync;
  },
  () => importNamed('better-sqlite3'),
  () => importNamed('libsql'),
];

/** @throws EspalierError `io` where none of them is there. */
export async function openSqlite(scope: string, path: string): Promise<SqliteDatabase> {
  for (const find of candidates) {
    const database = await find().catch(() => undefined);
    if (database) return new database(path);
  }
  throw new EspalierError({
    code: 'io',
    scope,
    message:
      'there is no SQLite: this Node has none of its own (22.13 and later have), and neither better-sqlite3 nor libsql is installed. To fix it: npm install libsql, or use journalStorage().',
  });
}

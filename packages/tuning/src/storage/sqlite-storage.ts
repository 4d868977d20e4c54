import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { codeOf, keepNonFinite, type LockFile, lockFile, restoreNonFinite } from '@espalier/core/internal';
import type { StudyEvent } from '../study/study-event.js';
import type { StudyStorage } from '../study/study-storage.js';
import { openSqlite, type SqliteDatabase, type SqliteDriver } from './sqlite-driver.js';
import { studyFiles, withProgram } from './study-files.js';

const SCOPE = 'sqlite-storage';

/** Options of {@link sqliteStorage}. */
export interface SqliteStorageOptions {
  /** Name of the study in the file, which may hold several. Default `study`. */
  readonly study?: string;
  /**
   * Opens the file. Default: Node's own `node:sqlite` (Node 22.13 and later), else `better-sqlite3` or `libsql`, where one of them is
   * installed.
   */
  readonly driver?: SqliteDriver;
}

const TABLES = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = 10000;
CREATE TABLE IF NOT EXISTS events (study TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (study, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (study TEXT NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (study, name)) WITHOUT ROWID;
`;

interface Open {
  readonly database: SqliteDatabase;
  readonly lock: LockFile;
  events: number;
}

/**
 * Keeps studies in an SQLite file: several in one file, their checkpoints with them, and anybody's tools read it. Table `events` has
 * a row of JSON for each event, `entries` the checkpoints.
 *
 * A process may be killed at any moment: an event is there as a whole or not at all. One process at a time holds a study,
 * `<path>.<study>.lock` says which; processes with other studies of the file work beside it. Needs Node, and an SQLite:
 * that of Node itself, or one of npm.
 *
 * @param path Of the file; its folder is made.
 * @throws EspalierError `invalid-option`; `io` when the study starts, where there is no SQLite, another process has the study, or
 *   the file is none of SQLite; `checkpoint` where an event is damaged.
 * @example
 * ```ts
 * const study = await createStudy({
 *   space: space({ x: float(0, 1) }),
 *   storage: sqliteStorage('runs/studies.db', { study: 'digits' }),
 * });
 * await study.close();
 * ```
 */
export function sqliteStorage(path: string, options: SqliteStorageOptions = {}): StudyStorage {
  const check = checkOptions(SCOPE);
  check.text('path', path);
  const { study, driver = (file: string) => openSqlite(SCOPE, file) } = readOptions(SCOPE, options, {
    study: option.text({ default: 'study' }),
    driver: option.custom<SqliteDriver, { readonly optional: true }>({
      optional: true,
      expected: 'a function that opens a file',
      accepts: (value) => typeof value === 'function',
    }),
  }).values;
  const name = `'${study}' of '${path}'`;
  let open: Open | undefined;
  const opened = () => open ?? check.fail('the storage', 'open: it is, from createStudy to close', name);
  const rows = <T>(sql: string, ...values: unknown[]): T[] =>
    orIoError(
      name,
      () =>
        opened()
          .database.prepare(sql)
          .all(study, ...values) as T[],
    );
  const change = (sql: string, ...values: unknown[]): void =>
    void orIoError(name, () =>
      opened()
        .database.prepare(sql)
        .run(study, ...values),
    );

  return {
    name,

    async open() {
      if (open) check.fail('the storage', 'closed before it is opened again', name);
      const node = await studyFiles(SCOPE);
      await node.fs
        .mkdir(node.path.dirname(path), { recursive: true })
        .catch((cause: unknown) => ioError(name, cause));
      const lock = await lockFile({
        path: `${path}.${encodeURIComponent(study)}.lock`,
        what: `the study ${name}`,
        scope: SCOPE,
        node,
      }).catch((cause: unknown) => ioError(name, cause));
      let database: SqliteDatabase | undefined;
      try {
        database = await Promise.resolve()
          .then(() => driver(path))
          .catch((cause: unknown) => ioError(name, cause));
        orIoError(name, () => database!.exec(TABLES));
        open = { database, lock, events: 0 };
        const events = rows<{ event: string }>('SELECT event FROM events WHERE study = ? ORDER BY number');
        open.events = events.length;
        return events.map(({ event }, i) => parse(event, i, name));
      } catch (error) {
        open = undefined;
        database?.close();
        await lock.release();
        throw error;
      }
    },

    async append(event) {
      const { lock } = opened();
      const rows = withProgram(event).map((each) => [open!.events++, JSON.stringify(each, keepNonFinite)]);
      await lock.check();
      for (const row of rows) change('INSERT INTO events (study, number, event) VALUES (?, ?, ?)', ...row);
    },

    async write(entry, bytes) {
      change(
        'INSERT OR REPLACE INTO entries (study, name, bytes) VALUES (?, ?, ?)',
        entry,
        Buffer.from(bytes),
      );
    },
    async read(entry) {
      const [row] = rows<{ bytes: Uint8Array | ArrayBuffer }>(
        'SELECT bytes FROM entries WHERE study = ? AND name = ?',
        entry,
      );
      // libsql gives the memory, the others a view of it.
      return (
        row && (row.bytes instanceof ArrayBuffer ? new Uint8Array(row.bytes) : Uint8Array.from(row.bytes))
      );
    },
    async remove(entry) {
      change('DELETE FROM entries WHERE study = ? AND name = ?', entry);
    },
    async entries() {
      return rows<{ name: string }>('SELECT name FROM entries WHERE study = ?').map((row) => row.name);
    },

    async close() {
      if (!open) return;
      const { database, lock } = open;
      open = undefined;
      database.close();
      await lock.release();
    },
  };
}

/** The events of each study of a file, by name, read without taking hold of it. */
export async function readSqlite(path: string): Promise<ReadonlyMap<string, readonly StudyEvent[]>> {
  const database = await openSqlite(SCOPE, path);
  try {
    const rows = orIoError(
      `of '${path}'`,
      () =>
        database.prepare('SELECT study, event FROM events ORDER BY study, number').all() as {
          readonly study: string;
          readonly event: string;
        }[],
    );
    const studies = new Map<string, StudyEvent[]>();
    for (const { study, event } of rows) {
      const events = studies.get(study) ?? [];
      events.push(parse(event, events.length, `'${study}' of '${path}'`));
      studies.set(study, events);
    }
    return studies;
  } finally {
    database.close();
  }
}

function parse(text: string, number: number, name: string): StudyEvent {
  try {
    const event: unknown = JSON.parse(text, restoreNonFinite);
    if (typeof event === 'object' && event !== null && 'type' in event) return event as StudyEvent;
  } catch {
    // Told below.
  }
  throw new EspalierError({
    code: 'checkpoint',
    scope: SCOPE,
    message: `event ${number} of study ${name} is none of a study; the file is damaged, or another one. Restore it, or give another path.`,
  });
}

function orIoError<T>(name: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    return ioError(name, cause);
  }
}

function ioError(name: string, cause: unknown): never {
  if (cause instanceof EspalierError) throw cause;
  throw new EspalierError({
    code: 'io',
    scope: SCOPE,
    message: `study ${name}: ${(cause as Error).message}${codeOf(cause) === undefined ? '' : ` (${codeOf(cause)})`}; give a file of SQLite, or a new one, that can be written to and has room.`,
    cause,
  });
}

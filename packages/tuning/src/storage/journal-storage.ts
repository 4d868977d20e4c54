import { checkOptions, EspalierError } from '@espalier/core';
import {
  codeOf,
  keepNonFinite,
  type LockFile,
  lockFile,
  type NodeFiles,
  restoreNonFinite,
} from '@espalier/core/internal';
import type { StudyEvent } from '../study/study-event.js';
import type { StudyStorage } from '../study/study-storage.js';
import { studyFiles, withProgram } from './study-files.js';

const SCOPE = 'journal-storage';

interface OpenJournal {
  readonly node: NodeFiles;
  readonly lock: LockFile;
  readonly handle: Awaited<ReturnType<NodeFiles['fs']['open']>>;
}

/**
 * Keeps a study in a file of JSON Lines that only grows: one line for each event. Checkpoints are files in the folder
 * `<path>.checkpoints`, and `<path>.lock` says which process has the study open.
 *
 * A process may be killed at any moment: a last line without its end is cut off when the file is opened next, and the lock of a
 * process that is gone is broken. Needs Node.
 *
 * @param path Of the file; its folder is made.
 * @throws EspalierError `io` when the study starts, where another process has it or the file cannot be written;
 *   `checkpoint` where a line but the last is damaged.
 * @example
 * ```ts
 * const study = await createStudy({
 *   space: space({ x: float(0, 1) }),
 *   storage: journalStorage('runs/search.jsonl'),
 * });
 * await study.close();
 * ```
 */
export function journalStorage(path: string): StudyStorage {
  checkOptions(SCOPE).text('path', path);
  const folder = `${path}.checkpoints`;
  let journal: OpenJournal | undefined;
  let last: Promise<void> = Promise.resolve();
  const opened = (): OpenJournal =>
    journal ?? checkOptions(SCOPE).fail('the storage', 'open: it is, from createStudy to close', `'${path}'`);
  const fileOf = (entry: string) => `${folder}/${encodeURIComponent(entry)}`;

  return {
    name: `'${path}'`,

    async open() {
      if (journal) checkOptions(SCOPE).fail('the storage', 'closed before it is opened again', `'${path}'`);
      const node = await studyFiles(SCOPE);
      await orIoError(path, 'make the folder of', () =>
        node.fs.mkdir(node.path.dirname(path), { recursive: true }),
      );
      const lock = await orIoError(path, 'lock', () =>
        lockFile({ path: `${path}.lock`, what: 'the study', scope: SCOPE, node }),
      );
      try {
        const handle = await orIoError(path, 'open', () => node.fs.open(path, 'a+'));
        journal = { node, lock, handle };
        return await readEvents(path, handle);
      } catch (error) {
        await journal?.handle.close();
        journal = undefined;
        await lock.release();
        throw error;
      }
    },

    append(event) {
      const { handle, lock } = opened();
      const lines = withProgram(event)
        .map((each) => `${JSON.stringify(each, keepNonFinite)}\n`)
        .join('');
      // One after the other, so that lines never mix; an error is that of its own event.
      const written = last.then(() =>
        orIoError(path, 'write to', async () => {
          await lock.check();
          await handle.appendFile(lines);
          if (event.type === 'finish') await handle.datasync();
        }),
      );
      last = written.catch(() => {});
      return written;
    },

    async write(entry, bytes) {
      const { fs } = opened().node;
      await orIoError(folder, `write '${entry}' to`, async () => {
        await fs.mkdir(folder, { recursive: true });
        await fs.writeFile(`${fileOf(entry)}.tmp`, bytes);
        await fs.rename(`${fileOf(entry)}.tmp`, fileOf(entry));
      });
    },

    async read(entry) {
      const { fs } = opened().node;
      return orIoError(folder, `read '${entry}' of`, async () => {
        try {
          return await fs.readFile(fileOf(entry));
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined;
          throw error;
        }
      });
    },

    async remove(entry) {
      const { fs } = opened().node;
      await orIoError(folder, `remove '${entry}' of`, () => fs.rm(fileOf(entry), { force: true }));
    },

    async entries() {
      const { fs } = opened().node;
      return orIoError(folder, 'list', async () => {
        try {
          const names = await fs.readdir(folder);
          return names.filter((name) => !name.endsWith('.tmp')).map(decodeURIComponent);
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return [];
          throw error;
        }
      });
    },

    async close() {
      if (!journal) return;
      const { handle, lock } = journal;
      await last;
      journal = undefined;
      await handle.close();
      await lock.release();
    },
  };
}

/** The events of whole lines; a torn last line is cut off the file. */
async function readEvents(path: string, handle: OpenJournal['handle']): Promise<StudyEvent[]> {
  const bytes = await orIoError(path, 'read', () => handle.readFile());
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) await orIoError(path, 'cut the torn last line off', () => handle.truncate(end));
  return parseJournal(path, bytes.subarray(0, end));
}

/** @throws EspalierError `checkpoint` that names the line which is damaged. */
export function parseJournal(path: string, bytes: Uint8Array): StudyEvent[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, i) => {
    try {
      const event: unknown = JSON.parse(line, restoreNonFinite);
      if (typeof event === 'object' && event !== null && 'type' in event) return event as StudyEvent;
    } catch {
      // Told below.
    }
    throw new EspalierError({
      code: 'checkpoint',
      scope: SCOPE,
      message: `line ${i + 1} of '${path}' is not an event of a study; the file is damaged or another one. Restore it, or give another path.`,
    });
  });
}

async function orIoError<T>(path: string, what: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw new EspalierError({
      code: 'io',
      scope: SCOPE,
      message: `cannot ${what} '${path}' (${(cause as Error).message}); give a place that can be written to and has room.`,
      cause,
    });
  }
}

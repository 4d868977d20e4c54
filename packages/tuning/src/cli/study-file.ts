import { EspalierError } from '@espalier/core';
import { codeOf, didYouMean } from '@espalier/core/internal';
import { parseJournal } from '../storage/journal-storage.js';
import { readSqlite } from '../storage/sqlite-storage.js';
import { studyFiles } from '../storage/study-files.js';
import type { ProgramEvent, StudyEvent, StudyHeader } from '../study/study-event.js';
import { StudyState } from '../study/study-state.js';
import type { TrialRecord } from '../trial/trial-record.js';

/** A study as its file says, read without taking hold of it. */
export interface StudyFile {
  readonly header: StudyHeader;
  readonly trials: readonly TrialRecord[];
  readonly queued: number;
  readonly program: ProgramEvent | undefined;
}

/** What every file of SQLite begins with. */
const SQLITE = 'SQLite format 3\0';

/**
 * Reads a study, also while a process writes to it.
 *
 * @param study Which one of a file of SQLite; may be left out where it holds one.
 * @throws EspalierError `io`, `checkpoint` for what is no study; `invalid-option` for a name that there is not.
 */
export async function readStudyFile(path: string, study?: string): Promise<StudyFile> {
  const studies = await readEvents(path);
  const names = [...studies.keys()];
  const wanted = study ?? (names.length > 1 ? undefined : names[0]);
  const events = wanted === undefined ? undefined : studies.get(wanted);
  if (events) return toStudyFile(path, events);
  if (names.length === 0) return toStudyFile(path, []);
  if (names[0] === '')
    refuse('invalid-option', `'${path}' is a journal, which holds one study; leave --study out.`);
  const hint = study === undefined ? '' : didYouMean(study, names);
  refuse(
    'invalid-option',
    `'${path}' holds ${names.map((name) => `'${name}'`).join(', ')}; name one of them by --study.${hint}`,
  );
}

/** The events of all studies of a file by name: one without a name of a journal, whose last line without its end is left out. */
export async function readEvents(path: string): Promise<ReadonlyMap<string, readonly StudyEvent[]>> {
  const { fs } = await studyFiles('tuning');
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(path);
  } catch (cause) {
    const known: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder, of which watch shows all studies',
    };
    const why = known[String(codeOf(cause))] ?? (cause as Error).message;
    return refuse(
      'io',
      `cannot read the study '${path}' (${why}); give the path of one, as journalStorage or sqliteStorage has it.`,
      cause,
    );
  }
  if (new TextDecoder('latin1').decode(bytes.subarray(0, SQLITE.length)) === SQLITE) return readSqlite(path);
  return new Map([['', parseJournal(path, bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1))]]);
}

/** @throws EspalierError `checkpoint` where these are not the events of a study. */
export function toStudyFile(path: string, events: readonly StudyEvent[]): StudyFile {
  const state = new StudyState();
  for (const event of events) state.apply(event);
  const { header, trials, queue } = state;
  if (!header)
    return refuse(
      'checkpoint',
      `'${path}' holds no study yet; give the path of one, as journalStorage or sqliteStorage has it.`,
    );
  const program = events.filter((event): event is ProgramEvent => event.type === 'program').at(-1);
  return { header, trials, queued: queue.length, program };
}

/** The files that change with a study: SQLite writes to one beside it. */
export function filesOf(path: string): string[] {
  return [path, `${path}-wal`];
}

function refuse(code: 'io' | 'checkpoint' | 'invalid-option', message: string, cause?: unknown): never {
  throw new EspalierError({ code, scope: 'tuning', message, cause });
}

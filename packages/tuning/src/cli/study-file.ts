import { EspalierError } from '@espalier/core';
import { codeOf } from '@espalier/core/internal';
import { parseJournal } from '../storage/journal-storage.js';
import { studyFiles } from '../storage/study-files.js';
import type { ProgramEvent, StudyHeader } from '../study/study-event.js';
import { StudyState } from '../study/study-state.js';
import type { TrialRecord } from '../trial/trial-record.js';

/** A study as its journal says, read without taking hold of it. */
export interface StudyFile {
  readonly header: StudyHeader;
  readonly trials: readonly TrialRecord[];
  readonly queued: number;
  readonly program: ProgramEvent | undefined;
}

/** Reads a journal, also while a process writes to it: a last line without its end is left out. */
export async function readStudyFile(path: string): Promise<StudyFile> {
  const { fs } = await studyFiles('tuning');
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(path);
  } catch (cause) {
    const why = codeOf(cause) === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new EspalierError({
      code: 'io',
      scope: 'tuning',
      message: `cannot read the study '${path}' (${why}); give the path of a journal, as journalStorage has it.`,
      cause,
    });
  }
  const events = parseJournal(path, bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1));
  const state = new StudyState();
  for (const event of events) state.apply(event);
  if (!state.header)
    throw new EspalierError({
      code: 'checkpoint',
      scope: 'tuning',
      message: `'${path}' holds no study yet; give the path of a journal, as journalStorage has it.`,
    });
  const program = events.filter((event): event is ProgramEvent => event.type === 'program').at(-1);
  return { header: state.header, trials: state.trials, queued: state.queue.length, program };
}

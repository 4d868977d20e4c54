import { studyFiles } from '../storage/study-files.js';
import { readEvents, toStudyFile, type StudyFile } from './study-file.js';

/** A study of a folder, or what stands in its place. */
export interface FoundStudy {
  /** Of its file. */
  readonly path: string;
  /** Where it is, as people read it: the path in the folder, with the name where a file may hold several. */
  readonly place: string;
  readonly file: StudyFile | undefined;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

/** What studies are kept in. */
const STUDY = /\.(jsonl|db|sqlite|sqlite3)$/i;

export async function isFolder(path: string): Promise<boolean> {
  const { fs } = await studyFiles('tuning');
  return fs.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * All studies below a folder, by path: journals (`.jsonl`) and files of SQLite (`.db`, `.sqlite`, `.sqlite3`). Other files of these names,
 * such as the log of a run, are left out; a damaged study is there with what is wrong with it. Hidden folders and `node_modules` are not
 * looked into.
 */
export async function findStudies(folder: string): Promise<FoundStudy[]> {
  const { fs, path } = await studyFiles('tuning');
  const found: FoundStudy[] = [];
  const look = async (inside: string): Promise<void> => {
    const entries = await fs.readdir(path.join(folder, inside), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { name } = entry;
      const place = inside === '' ? name : `${inside}/${name}`;
      if (entry.isDirectory()) {
        if (!name.startsWith('.') && name !== 'node_modules') await look(place);
      } else if (STUDY.test(name)) found.push(...(await readAll(path.join(folder, place), place)));
    }
  };
  await look('');
  return found;
}

async function readAll(path: string, place: string): Promise<FoundStudy[]> {
  const broken = (problem: unknown, where = place): FoundStudy => ({
    path,
    place: where,
    file: undefined,
    problem: (problem as Error).message,
  });
  try {
    const studies = await readEvents(path);
    return [...studies].flatMap(([name, events]) => {
      const where = name === '' ? place : `${place}: ${name}`;
      if (events[0]?.type !== 'study') return [];
      try {
        return [{ path, place: where, file: toStudyFile(path, events), problem: undefined }];
      } catch (error) {
        return [broken(error, where)];
      }
    });
  } catch (error) {
    return (await isOfStudy(path)) ? [broken(error)] : [];
  }
}

/** Whether a file that cannot be read begins as a study does. */
async function isOfStudy(path: string): Promise<boolean> {
  const { fs } = await studyFiles('tuning');
  const start = await fs.readFile(path, 'utf8').catch(() => '');
  return start.startsWith('{"type":"study"') || start.startsWith('SQLite format 3');
}

import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { codeOf } from '@espalier/core/internal';
import { isEntryName } from './guarded-store.js';
import { runFiles } from './run-files.js';
import { orIoError } from './storage-error.js';

/** Options of {@link newRunFolder} and {@link lastRunFolder}. */
export interface RunFolderOptions {
  /** What stands before the number: letters, digits, `.`, `_` and `-`. Default '': `1`, `2`, ... */
  readonly prefix?: string;
}

/**
 * Makes the next numbered folder of a folder of runs: `runs/1`, then `runs/2`, and so on, one more than the highest there is.
 *
 * Of programs that ask at the same time each gets a folder of its own. What else lies in `parent` is left alone.
 *
 * Source: the `version_0`, `version_1` of Lightning's loggers, which count from 0.
 *
 * @param parent The folder of runs; made where it does not exist.
 * @returns The path of the new folder, which is empty: for `modelCheckpoint({ directory })`, loggers and reports.
 * @throws EspalierError `invalid-option`, or `io` where no folder can be made there.
 * @example
 * ```ts
 * const directory = (await lastRunFolder('runs')) ?? (await newRunFolder('runs')); // go on, or begin
 * const latest = await latestCheckpoint(directory);
 * const saving = modelCheckpoint({ directory });
 * ```
 */
export async function newRunFolder(parent: string, options: RunFolderOptions = {}): Promise<string> {
  const scope = 'new-run-folder';
  const prefix = prefixOf(scope, parent, options);
  return orIoError(scope, `make a folder in '${parent}'`, async () => {
    const { fs, path } = await runFiles(scope);
    await fs.mkdir(parent, { recursive: true });
    for (let number = (await highest(scope, parent, prefix)) + 1; Number.isSafeInteger(number); number++) {
      const folder = path.join(parent, `${prefix}${number}`);
      try {
        await fs.mkdir(folder);
        return folder;
      } catch (error) {
        // Another program was quicker, or a file has the name.
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
    throw new EspalierError({ code: 'io', scope, message: `the numbers of '${parent}' are used up.` });
  });
}

/**
 * The folder with the highest number that {@link newRunFolder} has made, to go on with its run or to read it.
 *
 * @param parent The folder of runs; it need not exist.
 * @returns Its path; `undefined` where there is none.
 * @throws EspalierError `invalid-option`, or `io` where the folder cannot be looked at.
 * @example
 * ```ts
 * const latest = await latestCheckpoint((await lastRunFolder('runs')) ?? 'runs');
 * ```
 */
export async function lastRunFolder(
  parent: string,
  options: RunFolderOptions = {},
): Promise<string | undefined> {
  const scope = 'last-run-folder';
  const prefix = prefixOf(scope, parent, options);
  return orIoError(scope, `look into '${parent}'`, async () => {
    const number = await highest(scope, parent, prefix);
    return number === 0 ? undefined : (await runFiles(scope)).path.join(parent, `${prefix}${number}`);
  });
}

function prefixOf(scope: string, parent: string, options: RunFolderOptions): string {
  checkOptions(scope).text('parent', parent);
  const { prefix } = readOptions(scope, options, {
    prefix: option.text({ default: '', empty: true }),
  }).values;
  if (!isEntryName(`${prefix}1`))
    checkOptions(scope).fail('prefix', "letters, digits, '.', '_' and '-' only", prefix);
  return prefix;
}

/** The highest number of a run's folder; 0 where there is none. */
async function highest(scope: string, parent: string, prefix: string): Promise<number> {
  const { fs } = await runFiles(scope);
  const entries = await fs.readdir(parent, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  let most = 0;
  for (const entry of entries) {
    if (!entry.isDirectory() || !entry.name.startsWith(prefix)) continue;
    const digits = entry.name.slice(prefix.length);
    const number = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
    if (Number.isSafeInteger(number) && number > most) most = number;
  }
  return most;
}

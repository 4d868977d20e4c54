import { EspalierError } from '@espalier/core';
import { nodeModule } from '@espalier/core/internal';
import type { EpochValues } from '../learning-curves.js';
import type { KeptRecord, SavedRun } from './saved-run.js';

/** No log of epochs comes near it; what is larger is something else. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The files that a folder of a run may hold, the fullest first. */
const IN_FOLDER = ['record.json', 'log.jsonl', 'log.csv'];

/**
 * A run from its file: a log of `jsonlLogger` (`.jsonl`) or `csvLogger` (`.csv`), or the JSON of a trainer's record (`.json`); of a
 * folder, `record.json`, `log.jsonl` or `log.csv` in it. A log may be in use: a last line that is not whole yet is left out. Node only.
 *
 * @returns The run, named after its file or folder.
 * @throws EspalierError `io` where there is no such file; `invalid-data` where it holds something else, with the line.
 */
export async function readRun(path: string): Promise<SavedRun> {
  const [fs, { basename, extname, join, resolve }] = await Promise.all([
    nodeModule<typeof import('node:fs/promises')>('node:fs/promises'),
    nodeModule<typeof import('node:path')>('node:path'),
  ]);
  const found = await fs
    .stat(path)
    .catch((cause: unknown) => unreadable(path, 'there is no such file', cause));
  if (found.isDirectory()) {
    const names = new Set(await fs.readdir(path));
    const inside = IN_FOLDER.find((name) => names.has(name));
    if (!inside) unreadable(path, `the folder has none of ${IN_FOLDER.join(', ')}`);
    return { ...(await readRun(join(path, inside!))), name: basename(resolve(path)) };
  }
  if (found.size > MAX_BYTES) unreadable(path, `it has ${found.size} bytes, more than ${MAX_BYTES}`);
  const text = await fs.readFile(path, 'utf8');
  const kind = extname(path).toLowerCase();
  const history = parse(path, kind, text);
  if (history.epochs.length === 0) wrong(path, 'holds no epoch yet');
  return { name: basename(path, kind === '' ? undefined : extname(path)), history };
}

function parse(path: string, kind: string, text: string): KeptRecord {
  if (kind === '.jsonl') return { epochs: lines(path, text, (line) => JSON.parse(line) as object) };
  if (kind === '.csv') {
    const [head = ''] = text.split('\n', 1);
    const columns = cells(head);
    return {
      epochs: lines(path, text.slice(head.length + 1), (line) => {
        const values = line.split(',');
        if (values.length !== columns.length) throw new Error('not as many cells as columns');
        return Object.fromEntries(
          columns.flatMap((name, i) => (values[i] === '' ? [] : [[name, values[i]]])),
        );
      }),
    };
  }
  if (kind !== '.json') wrong(path, 'is neither .jsonl, .csv nor .json');
  let record: KeptRecord;
  try {
    record = JSON.parse(text) as KeptRecord;
  } catch (cause) {
    return wrong(path, `is no JSON (${(cause as Error).message})`);
  }
  if (!Array.isArray(record?.epochs)) wrong(path, 'has no list `epochs`, as a trainer’s record has');
  return { ...record, epochs: record.epochs.map((one, i) => epochOf(path, `epochs[${i}]`, one)) };
}

/** One epoch a line; the last may be cut off. */
function lines(path: string, text: string, read: (line: string) => object): EpochValues[] {
  const all = text.split('\n');
  const whole = all.slice(0, -1).filter((line) => line !== '');
  return whole.map((line, i) => {
    let values: object;
    try {
      values = read(line);
    } catch (cause) {
      return wrong(path, `line ${i + 1} is no epoch (${(cause as Error).message})`);
    }
    return epochOf(path, `line ${i + 1}`, values);
  });
}

function epochOf(path: string, where: string, values: unknown): EpochValues {
  const pairs = Object.entries((values ?? {}) as object).map(([name, value]): [string, number | null] => [
    name,
    value === null ? null : Number(value),
  ]);
  const epoch = pairs.find(([name]) => name === 'epoch')?.[1];
  if (!Number.isInteger(epoch)) wrong(path, `${where} has no number \`epoch\``);
  return Object.fromEntries(pairs) as unknown as EpochValues;
}

/** The names in the heading of a CSV file; quoted ones hold commas and doubled quotes. */
const cells = (head: string): string[] =>
  [...head.trim().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare!,
  );

function unreadable(path: string, reason: string, cause?: unknown): never {
  throw new EspalierError({
    code: 'io',
    scope: 'visualization',
    message: `cannot read the run '${path}' (${reason}): give the log of jsonlLogger or csvLogger, or the JSON of a record.`,
    cause,
  });
}

function wrong(path: string, what: string): never {
  throw new EspalierError({
    code: 'invalid-data',
    scope: 'visualization',
    message: `'${path}' ${what}: give the log of jsonlLogger or csvLogger, or the JSON of a record.`,
  });
}

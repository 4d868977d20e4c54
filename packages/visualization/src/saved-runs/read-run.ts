import { EspalierError } from '@espalier/core';
import { nodeModule } from '@espalier/core/internal';
import type { EpochValues } from '../lines/learning-curves.js';
import type { KeptRecord, SavedRun } from './saved-run.js';

/** No log of epochs comes near it; what is larger is something else. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The files that a folder of a run may hold, the fullest first. */
const IN_FOLDER = ['record.json', 'log.jsonl', 'log.csv'];

/**
 * A run from its file: a log of `jsonlLogger` (`.jsonl`) or `csvLogger` (`.csv`), or the JSON of a trainer's record (`.json`); of a
 * folder, `record.json`, `log.jsonl` or `log.csv` in it. A log may be in use: a last line that is not whole yet is left out. Where a
 * log goes back to an earlier epoch, as that of a run started again does, the later lines stand, and a remark says so. Node only.
 *
 * @returns The run, named after its file or folder.
 * @throws EspalierError `io` where there is no such file; `invalid-data` where it holds something else, with the line, or no epoch.
 */
export async function readRun(path: string): Promise<SavedRun> {
  const run = await readStartedRun(path);
  if (run.history.epochs.length === 0) wrong(path, 'holds no epoch yet');
  return run;
}

/** As {@link readRun}, of a run that may not have ended its first epoch. */
export async function readStartedRun(path: string): Promise<SavedRun> {
  const [fs, { basename, extname, join, resolve }] = await Promise.all([
    nodeModule<typeof import('node:fs/promises')>('node:fs/promises'),
    nodeModule<typeof import('node:path')>('node:path'),
  ]);
  const refuse = (cause: NodeJS.ErrnoException): never =>
    unreadable(path, cause.code === 'ENOENT' ? 'there is no such file' : cause.message, cause);
  const found = await fs.stat(path).catch(refuse);
  if (found.isDirectory()) {
    const names = new Set(await fs.readdir(path).catch(refuse));
    const inside = IN_FOLDER.find((name) => names.has(name));
    if (!inside) unreadable(path, `the folder has none of ${IN_FOLDER.join(', ')}`);
    return { ...(await readStartedRun(join(path, inside!))), name: basename(resolve(path)) };
  }
  if (!found.isFile()) unreadable(path, 'it is neither a file nor a folder');
  if (found.size > MAX_BYTES) unreadable(path, `it has ${found.size} bytes, more than ${MAX_BYTES}`);
  const text = (await fs.readFile(path, 'utf8').catch(refuse)).replace(/^\uFEFF/, '');
  const kind = extname(path).toLowerCase();
  return {
    name: basename(path, kind === '' ? undefined : extname(path)),
    history: latest(parse(path, kind, text)),
  };
}

function parse(path: string, kind: string, text: string): KeptRecord {
  if (kind === '.jsonl') {
    const read = (line: string) => JSON.parse(line) as object;
    return { epochs: lines(path, text, read, { isWhole: isJson }) };
  }
  if (kind === '.csv') {
    const [head = ''] = text.split('\n', 1);
    const columns = cells(head);
    return {
      epochs: lines(
        path,
        text.slice(head.length + 1),
        (line) => {
          const values = line.trimEnd().split(',');
          if (values.length !== columns.length) throw new Error('not as many cells as columns');
          return Object.fromEntries(
            columns.flatMap((name, i) => (values[i] === '' ? [] : [[name, values[i]]])),
          );
        },
        { before: 1 },
      ),
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
  record = given(record);
  if (typeof record.setup === 'object') record = { ...record, setup: given(record.setup) };
  const odd = oddPart(record);
  if (odd !== undefined) wrong(path, `has ${odd}, unlike a trainer’s record`);
  return { ...record, epochs: record.epochs.map((one, i) => epochOf(path, `epochs[${i}]`, one)) };
}

/** What is null is not given: other versions and other languages write it so. */
const given = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null)) as T;

/** What of a record's head is not of the kind that a trainer writes. */
function oddPart({ seed, executor, status, stopReason, events, setup }: KeptRecord): string | undefined {
  const { losses, optimizer, plugins, options, data, validation, versions } = (setup ?? {}) as Record<
    string,
    unknown
  >;
  const is = (kind: string) => (value: unknown) => value === undefined || typeof value === kind;
  const isObject = (value: unknown): boolean =>
    value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value));
  const isNamed = (value: unknown): boolean =>
    isObject(value) && typeof (value as { name?: unknown } | undefined)?.name === 'string';
  const isRemark = (value: unknown): boolean => {
    const { epoch, source, message } = (value ?? {}) as Record<string, unknown>;
    return Number.isInteger(epoch) && typeof source === 'string' && typeof message === 'string';
  };
  const areAll = (is: (value: unknown) => boolean, list: unknown): boolean =>
    list === undefined || (Array.isArray(list) && list.every(is));
  const parts: Record<string, boolean> = {
    seed: is('number')(seed),
    executor: is('string')(executor),
    status: is('string')(status),
    stopReason: is('string')(stopReason),
    events: areAll(isRemark, events),
    setup: isObject(setup),
    'setup.losses': isObject(losses) && Object.values(losses ?? {}).every(isNamed),
    'setup.optimizer': optimizer === undefined || isNamed(optimizer),
    'setup.plugins': areAll(isNamed, plugins),
    'setup.options': isObject(options),
    'setup.data': isObject(data),
    'setup.validation': isObject(validation),
    'setup.versions': isObject(versions),
  };
  const [odd] = Object.entries(parts).find(([, isFine]) => !isFine) ?? [];
  return odd && `odd \`${odd}\``;
}

/** Of epochs that were run again, e.g. because a run was started anew into the same file, the last lines. */
function latest(history: KeptRecord): KeptRecord {
  const epochs: EpochValues[] = [];
  const events = [...(history.events ?? [])];
  for (const one of history.epochs) {
    const last = epochs.at(-1)?.epoch ?? -1;
    if (one.epoch <= last) {
      while (epochs.length > 0 && epochs.at(-1)!.epoch >= one.epoch) epochs.pop();
      const message = `went back from epoch ${last + 1} to epoch ${one.epoch + 1}; the epochs that were run again stand.`;
      events.push({ epoch: one.epoch, source: 'log', message });
    }
    epochs.push(one);
  }
  return events.length === 0 ? history : { ...history, epochs, events };
}

/** One epoch a line; the last may be cut off: it counts where `isWhole` says that it is not. */
function lines(
  path: string,
  text: string,
  read: (line: string) => object,
  { before = 0, isWhole = () => false }: { before?: number; isWhole?: (line: string) => boolean } = {},
): EpochValues[] {
  const all = text.split('\n');
  const last = all.pop()!;
  if (isWhole(last)) all.push(last);
  return all.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const where = `line ${i + 1 + before}`;
    let values: object;
    try {
      values = read(line);
    } catch (cause) {
      return wrong(path, `${where} is no epoch (${(cause as Error).message})`);
    }
    return epochOf(path, where, values);
  });
}

/** Whether a text is JSON: half an object is none. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function epochOf(path: string, where: string, values: unknown): EpochValues {
  const pairs = Object.entries((values ?? {}) as object).map(([name, value]): [string, number | null] => [
    name,
    value === null
      ? null
      : (numberOf(value) ??
        wrong(path, `${where} has \`${name}\` ${JSON.stringify(value)}, which is no number`)),
  ]);
  const epoch = pairs.find(([name]) => name === 'epoch')?.[1];
  if (!Number.isSafeInteger(epoch) || epoch! < 0)
    wrong(path, `${where} has no whole number \`epoch\` from 0`);
  return Object.fromEntries(pairs) as unknown as EpochValues;
}

/** A number, or the text of one: JSON has no NaN and no infinity, CSV no numbers. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value.trim() !== 'NaN' ? undefined : number;
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

import type { Dataset } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import { dataFolders } from '../data-folders.js';
import type { SplitName } from '../idx-collection.js';
import { invalidData } from '../invalid-data.js';
import type { NodeRuntime } from '../node-runtime.js';
import { readDataFile, sha256 } from '../read-data-file.js';
import { readTar } from '../tar.js';
import type { CifarCollection, CifarFile } from './cifar-collection.js';
import { CIFAR_PIXELS } from './cifar-collection.js';
import { parseCifar } from './parse-cifar.js';

/** What is loaded of a collection. */
export interface LoadCifar {
  readonly dir: string | undefined;
  readonly splits: readonly SplitName[];
  /** Which kind of label. */
  readonly labels: string;
  readonly flatten: boolean;
  readonly verify: boolean;
  /** Said where nothing is found, after the places. */
  readonly fix: string;
}

/** Bytes that an archive may take unpacked: the files and some text. */
const ARCHIVE_BYTES = 60_000 * (CIFAR_PIXELS + 2) + 2 ** 20;

/**
 * Finds and reads the splits of a binary CIFAR collection: its files unpacked, or its archive.
 *
 * @throws EspalierError `io` with every place that was looked at; `invalid-data` for a file that is not the official one.
 */
export async function loadCifar(
  collection: CifarCollection,
  { dir, splits, labels, flatten, verify, fix }: LoadCifar,
  node: NodeRuntime,
): Promise<Partial<Record<SplitName, Dataset>>> {
  const read = await findFiles(collection, dir, splits, fix, node);
  const kinds = Object.keys(collection.labels);
  const loaded: Partial<Record<SplitName, Dataset>> = {};
  for (const split of splits) {
    const files = await Promise.all(
      collection.files[split].map(async (file) => {
        const bytes = await read(file);
        await check(collection, file, bytes, kinds.length, verify);
        return { name: file.name, bytes };
      }),
    );
    loaded[split] = parseCifar(files, {
      scope: collection.scope,
      labelBytes: kinds.length,
      label: kinds.indexOf(labels),
      classNames: collection.labels[labels]!,
      flatten,
    });
  }
  return loaded;
}

type Read = (file: CifarFile) => Promise<Uint8Array>;

async function findFiles(
  { scope, title, archive, unpacked, folder, labels, files }: CifarCollection,
  dir: string | undefined,
  splits: readonly SplitName[],
  fix: string,
  node: NodeRuntime,
): Promise<Read> {
  const looked: string[] = [];
  const wanted = splits.flatMap((split) => files[split].map(({ name }) => name));
  const record = Object.keys(labels).length + CIFAR_PIXELS;
  for (const place of dataFolders({ folder }, dir, node)) {
    const within = await node.files.readdir(place.path).catch(() => undefined);
    let problem = within
      ? `has neither ${archive} nor ${unpacked} nor ${wanted[0]}${givenInstead(within)}`
      : 'no such folder';
    for (const path of [`${place.path}/${unpacked}`, place.path]) {
      const entries = await node.files.readdir(path).catch(() => undefined);
      const missing = wanted.filter((name) => !entries?.includes(name));
      if (missing.length === 0) {
        return ({ name, images }) => readDataFile(`${path}/${name}`, images * record, scope, node);
      }
      if (missing.length < wanted.length)
        problem = `${path === place.path ? '' : `${unpacked} `}lacks ${missing.join(', ')}`;
    }
    if (within?.includes(archive)) {
      const path = `${place.path}/${archive}`;
      return fromArchive(await readDataFile(path, ARCHIVE_BYTES, scope, node), archive, scope);
    }
    looked.push(`${place.path} (${place.because}): ${problem}`);
  }
  const where = looked.length > 0 ? `; looked in ${looked.join('; ')}` : '';
  throw new EspalierError({
    code: 'io',
    scope,
    message: `the files of ${title} were not found${where}. ${fix}`,
  });
}

/** What lies there of another version or collection. */
function givenInstead(entries: readonly string[]): string {
  const others = entries.filter((name) => /^(cifar-10|data_batch_\d$|train$|batches.meta$)/.test(name));
  if (others.length === 0) return '';
  const isPython = others.some((name) => /python|-py$|^data_batch|^batches/.test(name));
  return `; it has ${others.join(', ')}${isPython ? ': the version for Python is not read, but the binary one' : ''}`;
}

function fromArchive(bytes: Uint8Array, archive: string, scope: string): Read {
  const found = new Map(readTar(bytes).map(({ path, data }) => [path.split('/').at(-1)!, data]));
  return async ({ name }) =>
    found.get(name) ?? invalidData(scope, `${archive} has no ${name}; get it again.`);
}

async function check(
  { scope }: CifarCollection,
  { name, images, checksum }: CifarFile,
  bytes: Uint8Array,
  labelBytes: number,
  verify: boolean,
): Promise<void> {
  if (!verify) return;
  const size = images * (labelBytes + CIFAR_PIXELS);
  if (bytes.length !== size)
    invalidData(scope, `${name} must have ${size} bytes, got ${bytes.length}; get it again.`);
  const found = await sha256(bytes);
  if (found !== checksum) {
    invalidData(
      scope,
      `${name} is not the official file: its SHA-256 is ${found}, that of the official one ${checksum}; ` +
        'get it again, or pass verify: false.',
    );
  }
}

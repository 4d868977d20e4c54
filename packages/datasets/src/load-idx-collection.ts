import type { Dataset } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import type { DataFolder } from './data-folders.js';
import { dataFolders } from './data-folders.js';
import { fromIdx } from './from-idx.js';
import type { FileRole, IdxCollection, SplitName } from './idx-collection.js';
import { FILE_BYTES, fileNames } from './idx-collection.js';
import { invalidData } from './invalid-data.js';
import type { NodeRuntime } from './node-runtime.js';
import { nodeRuntime } from './node-runtime.js';
import { readDataFile, sha256 } from './read-data-file.js';

/** Options of `mnist` and `fashionMnist`. */
export interface MnistOptions {
  /** Folder with the files, or with a subfolder `mnist` / `fashion-mnist` that has them. Nothing else is then looked at. */
  readonly dir?: string;
  /** Only this split. Default: both. */
  readonly split?: 'train' | 'test';
  /** Images as `[N, 784]` instead of `[N, 28, 28, 1]`. Default false. */
  readonly flatten?: boolean;
  /** Compares each file's SHA-256 with the official one. Default true. */
  readonly verify?: boolean;
}

/** Both splits of a data set. */
export interface TrainAndTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

type Files = Readonly<Record<string, string>>;

/** Finds, reads, verifies and parses the files of `collection`; see `mnist`. */
export async function loadIdxCollection(
  collection: IdxCollection,
  options: MnistOptions = {},
): Promise<Dataset | TrainAndTest> {
  const { dir, split, flatten, verify } = readOptions(collection.scope, options, {
    dir: option.text({ optional: true }),
    split: option.oneOf(['train', 'test'], { optional: true }),
    flatten: option.boolean({ default: false }),
    verify: option.boolean({ default: true }),
  }).values;

  const node = await nodeRuntime(
    collection.scope,
    'fetch the two IDX files of a split and give them to fromIdx().',
  );
  const splits: SplitName[] = split ? [split] : ['train', 'test'];
  const files = await findFiles(collection, splits, dir, verify, node);
  const load = async (name: SplitName): Promise<Dataset> => {
    const [images, labels] = await Promise.all([
      readVerified(collection, `${name}-images`, files, verify, node),
      readVerified(collection, `${name}-labels`, files, verify, node),
    ]);
    return fromIdx({ images, labels, flatten, classNames: collection.classNames });
  };
  if (split) return load(split);
  const [train, test] = await Promise.all([load('train'), load('test')]);
  return { train, test };
}

async function findFiles(
  collection: IdxCollection,
  splits: readonly SplitName[],
  dir: string | undefined,
  verify: boolean,
  node: NodeRuntime,
): Promise<Files> {
  const roles = splits.flatMap((split): FileRole[] => [`${split}-images`, `${split}-labels`]);
  const looked: string[] = [];
  for (const folder of dataFolders(collection, dir, node)) {
    const entries = await node.files.readdir(folder.path).catch(() => undefined);
    const files = Object.fromEntries(
      roles.flatMap((role) => {
        const name = fileNames(role).find((candidate) => entries?.includes(candidate));
        return name ? [[role, `${folder.path}/${name}`]] : [];
      }),
    );
    const missing = roles.filter((role) => !files[role]).map((role) => fileNames(role)[0]);
    const problem = !entries
      ? 'no such folder'
      : missing.length > 0
        ? `lacks ${missing.join(', ')}`
        : await otherCollection(collection, roles, files, folder, verify, node);
    if (!problem) return files;
    looked.push(`${folder.path} (${folder.because}): ${problem}`);
  }
  const where = looked.length > 0 ? `; looked in ${looked.join('; ')}` : '';
  throw new EspalierError({
    code: 'io',
    scope: collection.scope,
    message: `the files of ${collection.title} were not found${where}. ${collection.fix}`,
  });
}

// A folder from the environment may be that of another collection: its label file tells, being small.
async function otherCollection(
  collection: IdxCollection,
  roles: readonly FileRole[],
  files: Files,
  folder: DataFolder,
  verify: boolean,
  node: NodeRuntime,
): Promise<string | undefined> {
  if (!folder.shared || !verify) return undefined;
  const role = roles.find((candidate) => candidate.endsWith('labels'))!;
  const bytes = await readDataFile(files[role]!, FILE_BYTES[role], collection.scope, node).catch(
    () => undefined,
  );
  const same = bytes && (await sha256(bytes)) === collection.checksums[role];
  return same ? undefined : `has other files than those of ${collection.title}`;
}

async function readVerified(
  { scope, title, checksums }: IdxCollection,
  role: FileRole,
  files: Files,
  verify: boolean,
  node: NodeRuntime,
): Promise<Uint8Array> {
  const path = files[role]!;
  const bytes = await readDataFile(path, verify ? FILE_BYTES[role] : 2 ** 30, scope, node);
  if (!verify) return bytes;
  const sum = await sha256(bytes);
  if (sum !== checksums[role]) {
    invalidData(
      scope,
      `${path} is not the official file of ${title}: its SHA-256 is ${sum}, expected ${checksums[role]}. ` +
        'Get it again, or set verify: false to use it as it is.',
    );
  }
  return bytes;
}

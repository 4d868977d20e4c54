import type { Dataset } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { dataFolders } from '../data-folders.js';
import type { SplitName } from '../idx-collection.js';
import { fromImageFiles } from '../images/from-image-files.js';
import { imageFolder } from '../images/image-folder.js';
import { invalidData } from '../invalid-data.js';
import type { TrainAndTest } from '../load-idx-collection.js';
import type { NodeRuntime } from '../node-runtime.js';
import { nodeRuntime } from '../node-runtime.js';
import { readDataFile } from '../read-data-file.js';
import { readTar } from '../tar.js';
import type { CifarCollection } from './cifar-collection.js';
import { loadCifar } from './load-cifar.js';

const SCOPE = 'cifar-10';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

const TRAIN_CHECKSUMS = [
  'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
];

const CIFAR_10: CifarCollection = {
  scope: SCOPE,
  title: 'CIFAR-10',
  folder: 'cifar-10',
  archive: 'cifar-10-binary.tar.gz',
  unpacked: 'cifar-10-batches-bin',
  labels: { class: CLASSES },
  files: {
    train: TRAIN_CHECKSUMS.map((checksum, i) => ({
      name: `data_batch_${i + 1}.bin`,
      images: 10_000,
      checksum,
    })),
    test: [
      {
        name: 'test_batch.bin',
        images: 10_000,
        checksum: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
      },
    ],
  },
};

const JPEG_ARCHIVE = 'cifar-10-jpeg.tar.gz';
/** The archive unpacked: 60,000 images of at most 4 KB, each with a header. */
const JPEG_ARCHIVE_BYTES = 60_022 * (4096 + 1024);

/** Options of {@link cifar10}. */
export interface Cifar10Options {
  /** Folder with the files, or with a subfolder `cifar-10` that has them. Nothing else is then looked at. */
  readonly dir?: string;
  /** Only this split. Default: both. */
  readonly split?: 'train' | 'test';
  /** Images as `[N, 3072]` instead of `[N, 32, 32, 3]`. Default false. */
  readonly flatten?: boolean;
  /** `binary`, the official files; `jpeg`, the images as JPEG, whose pixels differ a little. Default `binary`. */
  readonly format?: 'binary' | 'jpeg';
  /** Compares each binary file's SHA-256 with the official one. Default true. */
  readonly verify?: boolean;
}

/**
 * CIFAR-10: 50,000 training and 10,000 test images of ten kinds of things, 32 x 32, red, green, blue.
 *
 * Files are looked for in `dir`, or else in `ESPALIER_DATA_DIR`, there and in the subfolder `cifar-10`: the official binary
 * version, as `cifar-10-binary.tar.gz` or unpacked (`cifar-10-batches-bin`, or the `.bin` files). With `format: 'jpeg'`
 * folders of JPEG files, as `cifar-10-jpeg.tar.gz` or unpacked: `train/<class>/<image>.jpg`, `test/<class>/<image>.jpg`;
 * JPEG loses a little, so results are not those of the official pixels. Nothing is downloaded. Pixels stay bytes in memory
 * (184 MB) and become float32 in [0, 1] in a batch's tensor. Loading the JPEG archive takes some ten seconds.
 *
 * @param options See {@link Cifar10Options}.
 * @returns `{ train, test }`, or one data set when `split` is given: inputs `[N, 32, 32, 3]` (or `[N, 3072]`), labels `[N]` int32.
 * @throws EspalierError `io` when the files are not found (it lists where it looked), `invalid-data` when one is damaged or
 *   not the official one.
 * @example
 * ```ts no-run
 * const { train, test } = await cifar10({ dir: 'data' });
 * ```
 * @see Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 */
export function cifar10(options: Cifar10Options & { readonly split: 'train' | 'test' }): Promise<Dataset>;
export function cifar10(options?: Cifar10Options & { readonly split?: undefined }): Promise<TrainAndTest>;
export function cifar10(options?: Cifar10Options): Promise<Dataset | TrainAndTest>;
export async function cifar10(options: Cifar10Options = {}): Promise<Dataset | TrainAndTest> {
  const { dir, split, flatten, format, verify } = readOptions(SCOPE, options, {
    dir: option.text({ optional: true }),
    split: option.oneOf(['train', 'test'], { optional: true }),
    flatten: option.boolean({ default: false }),
    format: option.oneOf(['binary', 'jpeg'], { default: 'binary' }),
    verify: option.boolean({ default: true }),
  }).values;
  const node = await nodeRuntime(SCOPE, 'CIFAR-10 is read from files.');
  const splits: SplitName[] = split ? [split] : ['train', 'test'];
  const loaded =
    format === 'jpeg'
      ? await loadJpeg(dir, splits, flatten, node)
      : await loadCifar(
          CIFAR_10,
          { dir, splits, labels: 'class', flatten, verify, fix: await fixFor(dir, node) },
          node,
        );
  return split ? loaded[split]! : { train: loaded.train!, test: loaded.test! };
}

async function fixFor(dir: string | undefined, node: NodeRuntime): Promise<string> {
  const jpeg = await findJpeg(dir, node);
  const official =
    'Put cifar-10-binary.tar.gz, the official binary version, in a folder and pass it as dir or in ESPALIER_DATA_DIR';
  return jpeg.found
    ? `There is ${jpeg.found.path}: pass format: 'jpeg' to take it. ${official}.`
    : `${official}.`;
}

interface JpegPlace {
  readonly path: string;
  readonly isArchive: boolean;
}

async function findJpeg(
  dir: string | undefined,
  node: NodeRuntime,
): Promise<{ found?: JpegPlace; looked: readonly string[] }> {
  const looked: string[] = [];
  for (const { path, because } of dataFolders({ folder: 'cifar-10' }, dir, node)) {
    const entries = await node.files.readdir(path).catch(() => undefined);
    if (entries?.includes(JPEG_ARCHIVE))
      return { found: { path: `${path}/${JPEG_ARCHIVE}`, isArchive: true }, looked };
    if (entries?.includes('train') && entries.includes('test'))
      return { found: { path, isArchive: false }, looked };
    const problem = entries ? `has neither ${JPEG_ARCHIVE} nor train and test` : 'no such folder';
    looked.push(`${path} (${because}): ${problem}`);
  }
  return { looked };
}

async function loadJpeg(
  dir: string | undefined,
  splits: readonly SplitName[],
  flatten: boolean,
  node: NodeRuntime,
): Promise<Partial<Record<SplitName, Dataset>>> {
  const { found, looked } = await findJpeg(dir, node);
  if (!found) {
    const where = looked.length > 0 ? `; looked in ${looked.join('; ')}` : '';
    throw new EspalierError({
      code: 'io',
      scope: SCOPE,
      message: `the JPEG files of CIFAR-10 were not found${where}. Pass the folder that has ${JPEG_ARCHIVE} as dir.`,
    });
  }
  const options = { channels: 3, classNames: CLASSES, flatten } as const;
  const read = found.isArchive ? await readArchive(found.path, node) : undefined;
  const loaded: Partial<Record<SplitName, Dataset>> = {};
  for (const split of splits) {
    loaded[split] = read
      ? await fromImageFiles(read(split), options)
      : await imageFolder({ dir: `${found.path}/${split}`, ...options });
  }
  return loaded;
}

async function readArchive(path: string, node: NodeRuntime) {
  const files = readTar(await readDataFile(path, JPEG_ARCHIVE_BYTES, SCOPE, node));
  return (split: SplitName) => {
    const own = files.filter((file) => file.path.startsWith(`${split}/`));
    if (own.length === 0) invalidData(SCOPE, `${path} has no files in ${split}/; is it the right archive?`);
    return own.map((file) => ({ path: file.path, bytes: () => file.data }));
  };
}

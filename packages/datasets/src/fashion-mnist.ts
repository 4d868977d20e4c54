import type { Dataset } from '@espalier/core';
import type { IdxCollection } from './idx-collection.js';
import type { MnistOptions, TrainAndTest } from './load-idx-collection.js';
import { loadIdxCollection } from './load-idx-collection.js';

const FASHION_MNIST: IdxCollection = {
  scope: 'fashion-mnist',
  title: 'Fashion-MNIST',
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  folder: 'fashion-mnist',
  systemFolder: '/usr/share/datasets/fashion-mnist',
  fix:
    "Install Debian's or Ubuntu's package dataset-fashion-mnist; or put the four official files " +
    '(train-images-idx3-ubyte.gz ..., plain or .gz) in a folder and pass it as dir or in ESPALIER_DATA_DIR.',
  checksums: {
    'train-images': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    'train-labels': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    'test-images': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    'test-labels': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  },
};

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of ten kinds of clothing, 28 x 28 grey.
 *
 * Files are looked for in `dir`, or else in `ESPALIER_DATA_DIR` (itself or its subfolder `fashion-mnist`) and the folder of
 * Debian's package `dataset-fashion-mnist`. Everything else is as with {@link mnist}.
 *
 * @param options See {@link MnistOptions}.
 * @returns `{ train, test }`, or one data set when `split` is given: inputs `[N, 28, 28, 1]` (or `[N, 784]`), labels `[N]` int32.
 * @throws EspalierError `io` when the files are not found (it lists where it looked), `invalid-data` when one is damaged or not
 *   the official one.
 * @example
 * ```ts
 * const test = await fashionMnist({ dir: 'data/fashion-mnist', split: 'test' });
 * ```
 * @see Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017,
 *   arXiv:1708.07747.
 */
export function fashionMnist(options: MnistOptions & { readonly split: 'train' | 'test' }): Promise<Dataset>;
export function fashionMnist(options?: MnistOptions & { readonly split?: undefined }): Promise<TrainAndTest>;
export function fashionMnist(options?: MnistOptions): Promise<Dataset | TrainAndTest> {
  return loadIdxCollection(FASHION_MNIST, options);
}

import type { Dataset } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { fromArrays } from './from-arrays.js';
import { parseIdx } from './idx.js';
import { invalidData } from './invalid-data.js';

/** Options of {@link fromIdx}. */
export interface FromIdxOptions {
  /** IDX file of images, uint8 `[N, height, width]`. */
  readonly images: Uint8Array;
  /** IDX file of labels, uint8 or int32 `[N]`. */
  readonly labels: Uint8Array;
  readonly classNames?: readonly string[];
  /** Images as `[N, height * width]` instead of `[N, height, width, 1]`. Default false. */
  readonly flatten?: boolean;
}

/**
 * Labelled grey images from two IDX files in memory, e.g. fetched in a browser.
 *
 * Pixels stay bytes in the file's own memory, and become float32 in [0, 1] (`byte / 255`) in a batch's tensor.
 *
 * @returns Inputs `[N, height, width, 1]` (or flat), labels `[N]` int32.
 * @throws EspalierError `invalid-data` as {@link parseIdx} and {@link fromArrays}, or when the files are not images and labels.
 * @example
 * ```ts
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 255, 0); // one image of 1 x 2
 * const data = fromIdx({ images, labels: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 4) });
 * ```
 */
export function fromIdx(options: FromIdxOptions): Dataset {
  const { images, labels, classNames, flatten } = readOptions('from-idx', options, {
    images: fileRule,
    labels: fileRule,
    classNames: option.names({ optional: true }),
    flatten: option.boolean({ default: false }),
  }).values;
  const pixels = parseIdx(images);
  const [examples, height, width] = pixels.shape;
  if (pixels.shape.length !== 3 || !(pixels.data instanceof Uint8Array)) {
    const got = `${pixels.data.constructor.name} of shape [${pixels.shape.join(', ')}]`;
    invalidData('from-idx', `images must be uint8 [N, height, width], got ${got}; are the files swapped?`);
  }
  const { data, shape } = parseIdx(labels);
  if (shape.length !== 1 || data instanceof Float32Array) {
    const got = `${data.constructor.name} of shape [${shape.join(', ')}]`;
    invalidData('from-idx', `labels must be uint8 or int32 [N], got ${got}; are the files swapped?`);
  }
  const imageShape = flatten ? [examples!, height! * width!] : [examples!, height!, width!, 1];
  return fromArrays({
    inputs: { data: pixels.data, shape: imageShape, scale: 1 / 255 },
    targets: { data, shape, dtype: 'int32' },
    ...(classNames && { classNames }),
  });
}

const fileRule = option.custom<Uint8Array>({
  expected: 'the bytes of a file, a Uint8Array',
  accepts: (value) => value instanceof Uint8Array,
  toJson: ({ length }) => `${length} bytes`,
});

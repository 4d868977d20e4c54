import type { Dataset } from '@espalier/core';
import { inMemory } from '../in-memory.js';
import { invalidData } from '../invalid-data.js';
import { CIFAR_PIXELS } from './cifar-collection.js';

/** What {@link parseCifar} needs to know of the files. */
export interface ParseCifar {
  readonly scope: string;
  /** Labels of an image in the file. */
  readonly labelBytes: number;
  /** Which of them is taken. */
  readonly label: number;
  readonly classNames: readonly string[];
  readonly flatten: boolean;
}

/**
 * The images of binary CIFAR files: for each, its labels and its pixels, red, green, blue, each row by row from the top.
 *
 * @throws EspalierError `invalid-data` for a file that ends within an image, or has a label that there is not.
 */
export function parseCifar(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  { scope, labelBytes, label, classNames, flatten }: ParseCifar,
): Dataset {
  const record = labelBytes + CIFAR_PIXELS;
  for (const { name, bytes } of files) {
    if (bytes.length === 0 || bytes.length % record !== 0) {
      invalidData(
        scope,
        `${name} must have ${record} bytes for each image, got ${bytes.length}; get it again.`,
      );
    }
  }
  const size = files.reduce((sum, { bytes }) => sum + bytes.length / record, 0);
  const data = new Uint8Array(size * CIFAR_PIXELS);
  const labels = new Int32Array(size);
  let image = 0;
  for (const { name, bytes } of files) {
    for (let at = 0; at < bytes.length; at += record, image++) {
      labels[image] = bytes[at + label]!;
      if (labels[image]! >= classNames.length) {
        const got = `${labels[image]} in image ${at / record}`;
        invalidData(
          scope,
          `${name} has label ${got}, there are ${classNames.length} classes; get the file again.`,
        );
      }
      channelsLast(bytes, at + labelBytes, data, image * CIFAR_PIXELS);
    }
  }
  const shape = flatten ? [size, CIFAR_PIXELS] : [size, 32, 32, 3];
  return inMemory(
    scope,
    {
      inputs: { input: { data, shape, dtype: 'float32', scale: 1 / 255 } },
      targets: { target: { data: labels, shape: [size], dtype: 'int32' } },
    },
    classNames,
  );
}

function channelsLast(from: Uint8Array, at: number, to: Uint8Array, start: number): void {
  for (let pixel = 0; pixel < 1024; pixel++) {
    for (let c = 0; c < 3; c++) to[start + 3 * pixel + c] = from[at + 1024 * c + pixel]!;
  }
}

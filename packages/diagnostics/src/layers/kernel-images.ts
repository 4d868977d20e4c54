import type { HostArray, HostArrays } from '@espalier/core';
import { checkOptions, option, readOptions, toTensorData } from '@espalier/core';
import { kernelLayout } from '@espalier/core/internal';
import { knownNames } from '../known-names.js';
import type { ImageGrid, ImageRecord } from './image-record.js';
import { imageGrid } from './image-record.js';

/** Options of {@link kernelImages}. */
export interface KernelImagesOptions {
  /** Name of the layer or of its parameter. Default: the first parameter that is a kernel of pictures. */
  readonly layer?: string;
  /** For a dense layer: `[height, width]` or `[height, width, channels]` of the picture that its inputs are. */
  readonly shape?: readonly number[];
  /** At most so many units or filters. Default 64. */
  readonly limit?: number;
}

/**
 * The weights of a layer as pictures: of a convolution one for each filter (of one or three input channels) or for each filter and
 * channel; of a dense layer over pictures, one for each unit: its receptive field.
 *
 * @param weights By name, as `trainer.getWeights()` gives them.
 * @param options.layer Default: the first that can be drawn.
 * @param options.shape Needed for a dense layer, e.g. `[28, 28]`.
 * @param options.limit Default 64.
 * @throws EspalierError `invalid-option` where no such layer is, or the shape does not fit its inputs.
 * @example
 * ```ts
 * const trainer = new Trainer({ model: mlp({ inputs: [28, 28, 1], hidden: [64], outputs: 10 }), loss, optimizer });
 * const { images } = kernelImages(await trainer.getWeights(), { layer: 'hidden_1', shape: [28, 28] });
 * console.log(images.length, images[0]!.label);
 * ```
 */
export function kernelImages(weights: HostArrays, options: KernelImagesOptions = {}): ImageGrid {
  const { layer, shape, limit } = readOptions('kernel-images', options, {
    layer: option.text({ optional: true }),
    shape: option.list<number, { readonly optional: true; min: 2; max: 3 }>(option.integer({ min: 1 }), {
      optional: true,
      min: 2,
      max: 3,
    }),
    limit: option.integer({ min: 1, default: 64 }),
  }).values;
  if (typeof weights !== 'object' || weights === null)
    checkOptions('kernel-images').fail('weights', 'arrays by parameter name', weights);
  const parameter = find(weights, layer, shape);
  const array = weights[parameter]!;
  const images =
    array.shape.length === 4
      ? ofConvolution(parameter, array, limit)
      : ofDense(parameter, array, shape, limit);
  return imageGrid(parameter, images);
}

function find(weights: HostArrays, layer: string | undefined, shape: readonly number[] | undefined): string {
  const rank = ({ shape: { length } }: HostArray): boolean =>
    length === 4 || (length === 2 && shape !== undefined);
  const names = Object.keys(weights);
  const drawable = names.filter((name) => rank(weights[name]!));
  const matrices = names.filter((name) => [2, 4].includes(weights[name]!.shape.length));
  if (layer === undefined) {
    if (drawable.length > 0) return drawable[0]!;
    return checkOptions('kernel-images').fail(
      'layer',
      `one of ${matrices.join(', ') || '(none: no parameter is a matrix)'}; a dense one needs \`shape\`, too`,
      layer,
    );
  }
  const found = matrices.find((name) => name === layer || name.startsWith(`${layer}/`));
  if (found === undefined) {
    return checkOptions('kernel-images').fail(
      'layer',
      `a layer with a kernel (${knownNames(matrices, layer)})`,
      layer,
    );
  }
  return found;
}

function ofConvolution(parameter: string, array: HostArray, limit: number): ImageRecord[] {
  const { height, width, inputs, filters, at } = kernelLayout(
    parameter,
    array.shape as [number, number, number, number],
  );
  const values = toTensorData(array);
  const channels = inputs === 3 ? 3 : 1;
  const images: ImageRecord[] = [];
  for (let filter = 0; filter < Math.min(filters, limit); filter++) {
    for (let first = 0; first < inputs; first += channels) {
      const pixels: number[] = [];
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          for (let c = first; c < first + channels; c++) pixels.push(values[at(row, column, c, filter)]!);
      const part = inputs > channels ? `, channel ${first + 1}` : '';
      images.push({ label: `filter ${filter + 1}${part}`, width, height, channels, values: pixels });
    }
  }
  if (images.length === 0) checkOptions('kernel-images').fail('layer', 'a layer that has weights', parameter);
  return images;
}

/** `[in, out]`, the inputs a picture. */
function ofDense(
  parameter: string,
  array: HostArray,
  shape: readonly number[] | undefined,
  limit: number,
): ImageRecord[] {
  const [inputs, units] = array.shape as [number, number];
  const [height = 0, width = 0, channels = 1] = shape ?? [];
  if (height * width * channels !== inputs)
    checkOptions('kernel-images').fail(
      'shape',
      `that of the ${inputs} inputs of '${parameter}' as a picture, [height, width] or [height, width, channels]`,
      shape,
    );
  const values = toTensorData(array);
  return Array.from({ length: Math.min(units, limit) }, (_, unit) => ({
    label: `unit ${unit + 1}`,
    width,
    height,
    channels,
    values: Array.from({ length: inputs }, (_, i) => values[i * units + unit]!),
  }));
}

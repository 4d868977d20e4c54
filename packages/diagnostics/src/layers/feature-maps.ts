import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, option, readOptions, toTensorData } from '@espalier/core';
import type { GivenArrays } from '../given-arrays.js';
import { activations } from './activations.js';
import type { ImageGrid } from './image-record.js';
import { imageGrid } from './image-record.js';
import { bindLayers, isApplicationOf } from './run-layers.js';

/** Options of {@link featureMaps}. */
export interface FeatureMapsOptions {
  /** Name of a layer whose output is `[N, height, width, channels]`. Default: the first that is a convolution. */
  readonly layer?: string;
  /** Which of the N examples. From 0, the default. */
  readonly example?: number;
  /** At most so many channels. Default 64. */
  readonly limit?: number;
}

/**
 * What a convolution, pooling or other layer of pictures makes of one example: a picture for each channel.
 *
 * @param inputs `[N, ...]`, see {@link activations}.
 * @param options.layer Default: the first convolution.
 * @param options.example Default 0.
 * @param options.limit Default 64.
 * @throws EspalierError `invalid-option` where no such layer or example is; as {@link activations}.
 * @example
 * ```ts
 * const pictures = tf.randomUniform([4, 28, 28, 1]);
 * const { images } = await featureMaps(cnn({ inputs: [28, 28, 1], outputs: 10 }), pictures, { example: 2 });
 * console.log(images.length, images[0]!.width);
 * ```
 */
export async function featureMaps(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: FeatureMapsOptions = {},
): Promise<ImageGrid> {
  const { layer, example, limit } = readOptions('feature-maps', options, {
    layer: option.text({ optional: true }),
    example: option.integer({ min: 0, default: 0 }),
    limit: option.integer({ min: 1, default: 64 }),
  }).values;
  const check = checkOptions('feature-maps');
  const spatial = bindLayers('feature-maps', model)
    .layers()
    .filter(({ shape, kind }) => shape?.length === 4 && kind !== 'InputLayer')
    .map(({ name }) => name);
  if (spatial.length === 0) check.fail('model', 'one with a layer of [N, height, width, channels]', 'none');
  const wanted = layer ?? spatial[0]!;
  if (!spatial.some((layer) => isApplicationOf(wanted, layer)))
    check.fail('layer', `one of ${spatial.join(', ')}`, layer);
  const array = (await activations(model, inputs, { layers: [wanted] }))[wanted]!;
  const [examples, height, width, channels] = array.shape as [number, number, number, number];
  if (example >= examples) check.fail('example', `less than ${examples}, the number of inputs`, example);
  const values = toTensorData(array);
  const size = height * width * channels;
  return imageGrid(
    wanted,
    Array.from({ length: Math.min(channels, limit) }, (_, channel) => ({
      label: `channel ${channel + 1}`,
      width,
      height,
      channels: 1,
      values: Array.from(
        { length: height * width },
        (_, i) => values[example * size + i * channels + channel]!,
      ),
    })),
  );
}

import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, option, readOptions } from '@espalier/core';
import type { StackOptions } from './layer-stack.js';
import { LayerStack, normalizationRule, sizeRule, sizesOr, STACK_RULES } from './layer-stack.js';

/** Options of {@link cnn}. */
export interface CnnOptions extends StackOptions {
  /** Shape of one image: `[height, width, channels]`. */
  readonly inputs: readonly [height: number, width: number, channels: number];
  /** Number of outputs, e.g. of classes. */
  readonly outputs: number;
  /** Filters of each convolution block; each block halves the image, rounding down. Default `[32, 64]`. */
  readonly filters?: readonly number[];
  /** Width and height of the filters. Default 3. */
  readonly kernelSize?: number;
  /** Units of each dense hidden layer. Default `[128]`. */
  readonly dense?: readonly number[];
  /** Dropout rate after the last block, before the dense layers; 0 <= rate < 1. Default 0. */
  readonly dropout?: number;
}

/**
 * A small convolutional network.
 *
 * ```text
 * n x (conv, same padding -> batch norm -> activation -> max pool 2x2) [-> dropout] -> flatten -> m x dense -> dense
 * ```
 *
 * Layers are named `conv_1`, `batch_norm_1`, `activation_1`, `pool_1`, ..., `dropout_1`, `flatten`, `hidden_1`, ..., `output`. The output is
 * linear: logits for a class loss, no softmax. The dense layers are not normalised; a convolution that a batch
 * normalisation follows directly has no bias.
 *
 * @param options.inputs `[height, width, channels]`.
 * @param options.outputs Number of outputs.
 * @param options.filters Default `[32, 64]`.
 * @param options.kernelSize Default 3.
 * @param options.dense Default `[128]`.
 * @param options.activation Default `relu`.
 * @param options.dropout Default 0.
 * @param options.batchNormalization Of the convolutions. Default `before-activation`.
 * @param options.batchNormalizationMomentum Default 0.99.
 * @param options.initializer Default `glorotUniform`.
 * @param options.seed Default 0.
 * @returns A `tf.Sequential`, built; the caller disposes it.
 * @throws EspalierError `invalid-option` for sizes below 1, images too small for so many blocks, unknown names, or rates
 *   outside [0, 1).
 * @example
 * ```ts
 * const model = cnn({ inputs: [28, 28, 1], outputs: 10, dropout: 0.25, seed: 1 });
 * ```
 */
export function cnn(options: CnnOptions): tfl.Sequential {
  const { values } = readOptions('cnn', options, {
    inputs: option.custom<readonly [number, number, number]>({
      expected: '[height, width, channels]',
      accepts: (value) =>
        Array.isArray(value) &&
        value.length === 3 &&
        value.every((size) => Number.isInteger(size) && size >= 1),
    }),
    outputs: sizeRule,
    filters: sizesOr([32, 64]),
    kernelSize: option.integer({ min: 1, default: 3 }),
    dense: sizesOr([128]),
    dropout: option.number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
    ...STACK_RULES,
    batchNormalization: normalizationRule('before-activation'),
  });
  const { inputs, outputs, filters, kernelSize, dense, dropout } = values;
  const smallest = 2 ** filters.length;
  if (Math.min(inputs[0], inputs[1]) < smallest) {
    checkOptions('cnn').fail(
      'inputs',
      `at least ${smallest} x ${smallest} for ${filters.length} blocks`,
      inputs,
    );
  }
  const stack = new LayerStack(values);

  filters.forEach((count, index) => {
    const i = index + 1;
    const first = index === 0 ? { inputShape: [...inputs] } : {};
    stack.addBlock({ name: `conv_${i}`, number: i }, (common) =>
      tfl.layers.conv2d({ ...common, filters: count, kernelSize, padding: 'same', ...first }),
    );
    stack.add(tfl.layers.maxPooling2d({ poolSize: 2, name: `pool_${i}` }));
  });
  stack.addDropout(dropout, 1);
  stack.add(
    tfl.layers.flatten({ name: 'flatten', ...(filters.length === 0 ? { inputShape: [...inputs] } : {}) }),
  );
  dense.forEach((units, index) => {
    const block = {
      name: `hidden_${index + 1}`,
      number: filters.length + index + 1,
      batchNormalization: false,
    } as const;
    stack.addBlock(block, (common) => tfl.layers.dense({ ...common, units }));
  });
  stack.addOutput(outputs);
  return stack.model(values.name);
}

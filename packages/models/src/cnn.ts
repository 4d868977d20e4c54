import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, option, readOptions } from '@espalier/core';
import { LayerStack } from './layer-stack.js';
import {
  eachRule,
  normalizationRule,
  ratesRule,
  resolveActivations,
  resolveOutputBias,
  resolveRates,
  resolveSizes,
  sizeRule,
  sizesOr,
  STACK_RULES,
  type StackOptions,
} from './stack-options.js';

/** Options of {@link cnn}. */
export interface CnnOptions extends StackOptions {
  /** Shape of one image: `[height, width, channels]`. */
  readonly inputs: readonly [height: number, width: number, channels: number];
  /** Number of outputs, e.g. of classes. */
  readonly outputs: number;
  /** Filters of each block. Default `[32, 64]`. */
  readonly filters?: readonly number[];
  /** Width and height of the filters, or those of each block. Default 3. */
  readonly kernelSize?: number | readonly number[];
  /** Step of the convolutions over the image, or that of each block. Default 1. */
  readonly strides?: number | readonly number[];
  /** Convolutions in each block. Default 1. */
  readonly convolutions?: number | readonly number[];
  /** What ends a block: it halves the image, rounding down. Default `max`. */
  readonly pooling?: 'max' | 'average' | 'none';
  /** What makes a vector of the last block's image. Default `flatten`. */
  readonly head?: 'flatten' | 'average' | 'max';
  /** Adds to each block's output, before its pooling, what went into it, through a 1 x 1 convolution where sizes differ. Default false. */
  readonly residual?: boolean;
  /** Dropout rate of whole channels after each block, or that of each; 0 <= rate < 1. Default 0. */
  readonly blockDropout?: number | readonly number[];
  /** Units of each dense hidden layer. Default `[128]`. */
  readonly dense?: readonly number[];
  /** Dropout rate before the dense layers; 0 <= rate < 1. Default 0. */
  readonly dropout?: number;
  /** Dropout rate after each dense hidden layer, or that of each; 0 <= rate < 1. Default 0. */
  readonly denseDropout?: number | readonly number[];
}

/**
 * A small convolutional network.
 *
 * ```text
 * n x (k x (conv, same padding -> norm -> activation) [+ the block's input] -> pool 2x2 [-> dropout of channels])
 *   [-> dropout] -> flatten -> m x (dense -> activation [-> dropout]) -> dense
 * ```
 *
 * Layers are named `conv_1`, `batch_norm_1`, `activation_1`, `pool_1`, ..., `dropout_1`, `flatten`, `hidden_1`, ..., `output`; the convolutions of
 * a block of several are `conv_1_1`, `conv_1_2`, .... The output is linear: logits for a class loss, no softmax. The dense layers are not
 * normalised; a convolution that a normalisation follows directly has no bias.
 *
 * @param options.inputs `[height, width, channels]`.
 * @param options.outputs Number of outputs.
 * @param options.filters Default `[32, 64]`.
 * @param options.kernelSize Default 3.
 * @param options.strides Default 1.
 * @param options.convolutions Default 1.
 * @param options.pooling Default `max`.
 * @param options.head Default `flatten`; `average` and `max` take each channel's over the whole image.
 * @param options.residual Default false.
 * @param options.blockDropout Default 0.
 * @param options.dense Default `[128]`.
 * @param options.activation Of all layers, or of each block and then of each dense layer. Default `relu`.
 * @param options.dropout Default 0.
 * @param options.denseDropout Default 0.
 * @param options.batchNormalization Of the convolutions. Default `before-activation`.
 * @param options.batchNormalizationMomentum Default 0.99.
 * @param options.layerNormalization Of the convolutions, over each pixel's channels. Default false.
 * @param options.normalizationEpsilon Default 1e-3.
 * @param options.bias Default true.
 * @param options.initializer Default `glorotUniform`.
 * @param options.biasInitializer Default `zeros`.
 * @param options.outputBias Default: as `biasInitializer` says.
 * @param options.seed Default 0.
 * @returns A `tf.Sequential`, built, or a functional model where there are skip connections; the caller disposes it.
 * @throws EspalierError `invalid-option` for sizes below 1, images too small for so many blocks, unknown names, or rates
 *   outside [0, 1).
 * @example
 * ```ts
 * const model = cnn({ inputs: [28, 28, 1], outputs: 10, dropout: 0.25, seed: 1 });
 * ```
 * Source: He et al. (2016) for skip connections, after the activation; Tompson et al. (2015) for dropout of channels.
 */
export function cnn(options: CnnOptions & { readonly residual?: false }): tfl.Sequential;
export function cnn(options: CnnOptions): tfl.LayersModel;
export function cnn(options: CnnOptions): tfl.LayersModel {
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
    kernelSize: eachRule('whole number >= 1', 3),
    strides: eachRule('whole number >= 1', 1),
    convolutions: eachRule('whole number >= 1', 1),
    pooling: option.oneOf(['max', 'average', 'none'], { default: 'max' }),
    head: option.oneOf(['flatten', 'average', 'max'], { default: 'flatten' }),
    residual: option.boolean({ default: false }),
    blockDropout: ratesRule,
    dense: sizesOr([128]),
    dropout: option.number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
    denseDropout: ratesRule,
    ...STACK_RULES,
    batchNormalization: normalizationRule('before-activation'),
  });
  const { inputs, outputs, filters, dense, pooling, head, residual } = values;
  const blocks = filters.length;
  const sizes = (label: 'kernelSize' | 'strides' | 'convolutions') =>
    resolveSizes('cnn', label, values[label], blocks);
  const [kernels, strides, convolutions] = [sizes('kernelSize'), sizes('strides'), sizes('convolutions')];
  const blockRates = resolveRates('cnn', 'blockDropout', values.blockDropout, blocks);
  const denseRates = resolveRates('cnn', 'denseDropout', values.denseDropout, dense.length);
  const activations = resolveActivations('cnn', values.activation, blocks + dense.length);
  const stack = new LayerStack({
    ...values,
    outputBias: resolveOutputBias('cnn', values.outputBias, outputs),
  });
  const first = () => (stack.length === 0 ? { inputShape: [...inputs] } : {});

  let [height, width, channels] = inputs;
  let number = 0;
  filters.forEach((count, index) => {
    const i = index + 1;
    const from = stack.length;
    const before = channels;
    const [kernelSize, stride] = [kernels[index]!, strides[index]!];
    for (let k = 1; k <= convolutions[index]!; k++) {
      number += 1;
      const block = {
        name: convolutions[index] === 1 ? `conv_${i}` : `conv_${i}_${k}`,
        number,
        fanIn: kernelSize * kernelSize * channels,
        units: count,
        activation: activations[index]!,
      };
      const step = k === 1 ? stride : 1;
      stack.addBlock(block, (common, wide) =>
        tfl.layers.conv2d({
          ...common,
          filters: wide,
          kernelSize,
          strides: step,
          padding: 'same',
          ...first(),
        }),
      );
      channels = count;
    }
    if (residual) {
      const same = before === count && stride === 1;
      stack.addSkip(
        from,
        `add_${i}`,
        same
          ? undefined
          : (common) => tfl.layers.conv2d({ ...common, filters: count, kernelSize: 1, strides: stride }),
      );
    }
    [height, width] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    if (pooling !== 'none') {
      const pool = pooling === 'max' ? tfl.layers.maxPooling2d : tfl.layers.averagePooling2d;
      stack.add(pool({ poolSize: 2, name: `pool_${i}` }));
      [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
    }
    if (Math.min(height, width) < 1) tooSmall(inputs, blocks, strides);
    stack.addDropout(blockRates[index]!, `block_dropout_${i}`, { noiseShape: [null, 1, 1, null] });
  });
  stack.addDropout(values.dropout, 'dropout_1', first());
  if (head === 'flatten') stack.add(tfl.layers.flatten({ name: 'flatten', ...first() }));
  else {
    const pool = head === 'max' ? tfl.layers.globalMaxPooling2d : tfl.layers.globalAveragePooling2d;
    stack.add(pool({ name: 'global_pool', ...first() }));
  }
  let size = head === 'flatten' ? height * width * channels : channels;
  dense.forEach((units, index) => {
    const i = index + 1;
    const block = {
      name: `hidden_${i}`,
      number: number + i,
      fanIn: size,
      units,
      activation: activations[blocks + index]!,
      normalized: false,
    };
    stack.addBlock(block, (common, wide) => tfl.layers.dense({ ...common, units: wide }));
    stack.addDropout(denseRates[index]!, `dense_dropout_${i}`);
    size = units;
  });
  stack.addOutput(outputs, size);
  return stack.model(values.name);
}

function tooSmall(inputs: readonly number[], blocks: number, strides: readonly number[]): never {
  const smallest = strides.reduce((size, stride) => size * stride * 2, 1);
  return checkOptions('cnn').fail(
    'inputs',
    `at least ${smallest} x ${smallest} for ${blocks} blocks`,
    inputs,
  );
}

import type * as tfl from '@tensorflow/tfjs-layers';
import { sizeOf } from '@espalier/core';
import { KernelWrapper } from './kernel-wrapper.js';

type Shape = readonly (number | null)[];

/** What a rule counts by: numbers of a layer's configuration, shapes, and the kernels in order. */
interface Facts {
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernels: readonly (readonly number[])[];
}

const places = (shape: readonly number[]): number => sizeOf(shape.slice(0, -1));

/** Each step of a sequence multiplies input and state by all gates' kernels. */
const recurrent = ({ input, kernels }: Facts): number =>
  input[0]! * kernels.slice(0, 2).reduce((sum, kernel) => sum + sizeOf(kernel), 0);

/** Each place of the output sums up a kernel of all filters. */
const convolution = ({ output, kernels }: Facts): number => places(output) * sizeOf(kernels[0]!);

/** Classes that multiply, and how they count; shapes are those of one example. */
const RULES: Readonly<Record<string, (facts: Facts) => number>> = {
  Dense: ({ input, kernels }) => places(input) * sizeOf(kernels[0]!),
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv2D: convolution,
  SeparableConv2D: ({ output, kernels }) => places(output) * (sizeOf(kernels[0]!) + sizeOf(kernels[1]!)),
  // Each place of the input is spread over a kernel of all filters.
  Conv2DTranspose: ({ input, kernels }) => places(input) * sizeOf(kernels[0]!),
  Conv3DTranspose: ({ input, kernels }) => places(input) * sizeOf(kernels[0]!),
  SimpleRNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  EspalierMultiHeadAttention: ({ config, input, kernels }) => {
    const { heads, keySize, valueSize } = config as Record<string, number>;
    const products = input[0]! * input[0]! * heads! * (keySize! + valueSize!);
    return input[0]! * kernels.reduce((sum, kernel) => sum + sizeOf(kernel), 0) + products;
  },
};

/** Classes with weights that work element by element, or look something up. */
const NONE = new Set([
  'BatchNormalization',
  'Embedding',
  'EspalierBatchNormalization',
  'EspalierGroupNormalization',
  'EspalierRmsNormalization',
  'LayerNormalization',
  'PReLU',
]);

/** Multiply-adds of one example's forward pass; `null` where there is no rule, a size is open, or several tensors go in. */
export function multiplyAddsOf(layer: tfl.layers.Layer, outputShape: Shape): number | null {
  // What a wrapper does to the kernel, it does once for all examples.
  const kind = (layer instanceof KernelWrapper ? layer.layer : layer).getClassName();
  const rule = RULES[kind];
  if (!rule) return layer.weights.length === 0 || NONE.has(kind) ? 0 : null;
  const given = layer.inboundNodes[0]?.inputShapes ?? [];
  const input = (given[0] as Shape | undefined)?.slice(1);
  const output = outputShape.slice(1);
  if (given.length !== 1 || ![...input!, ...output].every((size) => typeof size === 'number')) return null;
  const kernels = layer.weights.map(({ shape }) => shape as number[]).filter((shape) => shape.length >= 2);
  return rule({
    config: layer.getConfig(),
    input: input as number[],
    output: output as number[],
    kernels,
  });
}

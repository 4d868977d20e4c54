import * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions, sizeOf } from '@espalier/core';
import { LayerStack } from './layer-stack.js';
import {
  ratesRule,
  resolveActivations,
  resolveOutputBias,
  resolveRates,
  sizeRule,
  sizesRule,
  STACK_RULES,
  type StackOptions,
} from './stack-options.js';

/** Options of {@link mlp}. */
export interface MlpOptions extends StackOptions {
  /** Number of inputs, or the shape of one example, e.g. `[28, 28, 1]`, which is flattened. */
  readonly inputs: number | readonly number[];
  /** Units of each hidden layer; `[]` for a linear model. */
  readonly hidden: readonly number[];
  /** Number of outputs, e.g. of classes. */
  readonly outputs: number;
  /** Dropout rate after each hidden layer, or one rate for each; 0 <= rate < 1. Default 0. */
  readonly dropout?: number | readonly number[];
  /** Dropout rate of the inputs; 0 <= rate < 1. Default 0. */
  readonly inputDropout?: number;
  /** Adds to each hidden layer's output what went into it, where both have the same size. Default false. */
  readonly residual?: boolean;
}

/**
 * A multi-layer perceptron.
 *
 * ```text
 * [flatten] [-> dropout] -> n x (dense [-> norm] -> activation [-> norm] [-> dropout] [+ its input]) -> dense
 * ```
 *
 * Layers are named `flatten`, `hidden_1`, `batch_norm_1`, `layer_norm_1`, `activation_1`, `dropout_1`, `add_1`, ..., `output`. The output is linear:
 * logits for a class loss, no softmax. A dense layer that a normalisation follows directly has no bias. `glu` takes twice the units.
 *
 * @param options.inputs Number of inputs or shape of one example.
 * @param options.hidden Units of each hidden layer.
 * @param options.outputs Number of outputs.
 * @param options.activation Of all hidden layers, or of each. Default `relu`.
 * @param options.dropout Default 0.
 * @param options.inputDropout Default 0.
 * @param options.residual Default false.
 * @param options.batchNormalization Default false.
 * @param options.batchNormalizationMomentum Default 0.99.
 * @param options.layerNormalization Default false.
 * @param options.normalizationEpsilon Default 1e-3.
 * @param options.bias Default true.
 * @param options.initializer Default `glorotUniform`.
 * @param options.biasInitializer Default `zeros`.
 * @param options.outputBias Default: as `biasInitializer` says.
 * @param options.seed Default 0.
 * @returns A `tf.Sequential`, built, or a functional model where there are skip connections; the caller disposes it.
 * @throws EspalierError `invalid-option` for sizes below 1, unknown names, or rates outside [0, 1).
 * @example
 * ```ts
 * const model = mlp({ inputs: 784, hidden: [64, 64], outputs: 10, dropout: 0.25, seed: 1 });
 * ```
 */
export function mlp(options: MlpOptions & { readonly residual?: false }): tfl.Sequential;
export function mlp(options: MlpOptions): tfl.LayersModel;
export function mlp(options: MlpOptions): tfl.LayersModel {
  const { values } = readOptions('mlp', options, {
    inputs: inputsRule,
    hidden: sizesRule,
    outputs: sizeRule,
    dropout: ratesRule,
    inputDropout: option.number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
    residual: option.boolean({ default: false }),
    ...STACK_RULES,
  });
  const { inputs, hidden, outputs, inputDropout, residual } = values;
  const rates = resolveRates('mlp', 'dropout', values.dropout, hidden.length);
  const activations = resolveActivations('mlp', values.activation, hidden.length);
  const outputBias = resolveOutputBias('mlp', values.outputBias, outputs);
  const stack = new LayerStack({ ...values, outputBias });

  const shape = typeof inputs === 'number' ? [inputs] : [...inputs];
  // Whichever layer comes first says what goes in.
  const first = () => (stack.length === 0 ? { inputShape: shape } : {});
  if (shape.length > 1) stack.add(tfl.layers.flatten({ name: 'flatten', ...first() }));
  stack.addDropout(inputDropout, 'dropout_inputs', first());
  let size = sizeOf(shape);
  hidden.forEach((units, index) => {
    const i = index + 1;
    const from = stack.length;
    const block = { name: `hidden_${i}`, number: i, fanIn: size, units, activation: activations[index]! };
    stack.addBlock(block, (common, wide) => tfl.layers.dense({ ...common, units: wide, ...first() }));
    stack.addDropout(rates[index]!, `dropout_${i}`);
    if (residual && size === units) stack.addSkip(from, `add_${i}`);
    size = units;
  });
  stack.addOutput(outputs, size, first());
  return stack.model(values.name);
}

const inputsRule = option.custom<number | readonly number[]>({
  expected: 'an array of whole numbers >= 1, or one',
  accepts: (value) =>
    [value].flat().length > 0 &&
    [value].flat().every((size) => Number.isInteger(size) && (size as number) >= 1),
});

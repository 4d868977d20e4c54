import * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions } from '@espalier/core';
import type { StackOptions } from './layer-stack.js';
import { LayerStack, ratesRule, resolveRates, sizeRule, sizesRule, STACK_RULES } from './layer-stack.js';

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
}

/**
 * A multi-layer perceptron.
 *
 * ```text
 * [flatten] -> n x (dense [-> batch norm] -> activation [-> batch norm] [-> dropout]) -> dense
 * ```
 *
 * Layers are named `flatten`, `hidden_1`, `batch_norm_1`, `activation_1`, `dropout_1`, ..., `output`. The output is linear: logits for a class
 * loss, no softmax. A dense layer that a batch normalisation follows directly has no bias.
 *
 * @param options.inputs Number of inputs or shape of one example.
 * @param options.hidden Units of each hidden layer.
 * @param options.outputs Number of outputs.
 * @param options.activation Default `relu`.
 * @param options.dropout Default 0.
 * @param options.batchNormalization Default false.
 * @param options.batchNormalizationMomentum Default 0.99.
 * @param options.initializer Default `glorotUniform`.
 * @param options.seed Default 0.
 * @returns A `tf.Sequential`, built; the caller disposes it.
 * @throws EspalierError `invalid-option` for sizes below 1, unknown names, or rates outside [0, 1).
 * @example
 * ```ts
 * const model = mlp({ inputs: 784, hidden: [64, 64], outputs: 10, dropout: 0.25, seed: 1 });
 * ```
 */
export function mlp(options: MlpOptions): tfl.Sequential {
  const { values } = readOptions('mlp', options, {
    inputs: inputsRule,
    hidden: sizesRule,
    outputs: sizeRule,
    dropout: ratesRule,
    ...STACK_RULES,
  });
  const { inputs, hidden, outputs } = values;
  const rates = resolveRates('mlp', values.dropout, hidden.length);
  const stack = new LayerStack(values);

  const shape = typeof inputs === 'number' ? [inputs] : [...inputs];
  if (shape.length > 1) stack.add(tfl.layers.flatten({ name: 'flatten', inputShape: shape }));
  const first = shape.length > 1 ? {} : { inputShape: shape };
  hidden.forEach((units, index) => {
    const i = index + 1;
    const start = index === 0 ? first : {};
    stack.addBlock({ name: `hidden_${i}`, number: i }, (common) =>
      tfl.layers.dense({ ...common, units, ...start }),
    );
    stack.addDropout(rates[index]!, i);
  });
  stack.addOutput(outputs, hidden.length === 0 ? first : {});
  return stack.model(values.name);
}

const inputsRule = option.custom<number | readonly number[]>({
  expected: 'an array of whole numbers >= 1, or one',
  accepts: (value) =>
    [value].flat().length > 0 &&
    [value].flat().every((size) => Number.isInteger(size) && (size as number) >= 1),
});

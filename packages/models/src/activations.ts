import * as tf from '@tensorflow/tfjs-core';

/** Names of activations. */
export type ActivationName = keyof typeof FORMULAS;

/** How an activation is computed, and its numbers with their defaults; no formula: TensorFlow.js has it right under this name. */
interface Formula {
  readonly parameters?: Readonly<Record<string, number>>;
  readonly apply?: (x: tf.Tensor, parameters: Record<string, number>) => tf.Tensor;
  /** Units that go in for each that comes out. Default 1. */
  readonly width?: number;
}

/** All but those that have weights or draw numbers of their own. As PyTorch where nothing else is said. */
const FORMULAS = {
  relu: {},
  relu6: {},
  leakyRelu: { parameters: { slope: 0.01 }, apply: (x, { slope }) => tf.leakyRelu(x, slope) },
  prelu: { parameters: { slope: 0.25 } },
  rrelu: { parameters: { lower: 1 / 8, upper: 1 / 3 } },
  elu: {},
  celu: {
    parameters: { alpha: 1 },
    apply: (x, { alpha }) => tf.add(tf.relu(x), tf.mul(tf.elu(tf.div(tf.minimum(x, 0), alpha!)), alpha!)),
  },
  selu: {},
  gelu: {},
  swish: {},
  mish: {},
  softplus: { parameters: { beta: 1 }, apply: (x, { beta }) => tf.div(tf.softplus(tf.mul(x, beta!)), beta!) },
  softsign: {},
  tanh: {},
  sigmoid: {},
  // 0.2 as TensorFlow.js and Keras 2; PyTorch and Keras 3 have 1/6.
  hardSigmoid: {
    parameters: { slope: 0.2 },
    apply: (x, { slope }) => tf.clipByValue(tf.add(tf.mul(x, slope!), 0.5), 0, 1),
  },
  logSigmoid: { apply: (x) => tf.neg(tf.softplus(tf.neg(x))) },
  hardSwish: { apply: (x) => tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6)) },
  // At the limits its slope is 1, PyTorch's 0.
  hardTanh: { parameters: { min: -1, max: 1 }, apply: (x, { min, max }) => tf.clipByValue(x, min!, max!) },
  hardShrink: {
    parameters: { lambda: 0.5 },
    apply: (x, { lambda }) => tf.mul(x, tf.step(tf.sub(tf.abs(x), lambda!))),
  },
  softShrink: {
    parameters: { lambda: 0.5 },
    apply: (x, { lambda }) => tf.sub(tf.relu(tf.sub(x, lambda!)), tf.relu(tf.sub(tf.neg(x), lambda!))),
  },
  tanhShrink: { apply: (x) => tf.sub(x, tf.tanh(x)) },
  threshold: {
    parameters: { threshold: 0, value: 0 },
    apply: (x, { threshold, value }) => {
      const above = tf.step(tf.sub(x, threshold!));
      return tf.add(tf.mul(x, above), tf.mul(tf.sub(1, above), value!));
    },
  },
  squareplus: { parameters: { b: 4 }, apply: squareplus },
  exponential: { apply: (x) => tf.exp(x) },
  glu: { apply: glu, width: 2 },
  sparsemax: { apply: sparsemax },
  softmax: {},
  linear: {},
} as const satisfies Readonly<Record<string, Formula>>;

/** All {@link ActivationName}s. */
export const activationNames = Object.keys(FORMULAS) as ActivationName[];

/** The numbers in an activation's formula, by their names; each may be left out. */
export type ActivationParameters<K extends ActivationName> = (typeof FORMULAS)[K] extends {
  readonly parameters: infer P;
}
  ? { readonly [N in keyof P]?: number }
  : unknown;

const formulaNamed = (name: ActivationName): Formula => FORMULAS[name];

/** The numbers of an activation, with their defaults. */
export function parametersOf(name: ActivationName): Readonly<Record<string, number>> {
  return formulaNamed(name).parameters ?? {};
}

/** Units that go into an activation for each that comes out. */
export function widthOf(name: ActivationName): number {
  return formulaNamed(name).width ?? 1;
}

/** The formula of an activation that is not TensorFlow.js' own. */
export function formulaOf(name: ActivationName): Formula['apply'] | undefined {
  return formulaNamed(name).apply;
}

/** (x + sqrt(x^2 + b)) / 2; below 0 by the conjugate, where the sum would cancel. */
function squareplus(x: tf.Tensor, { b }: Record<string, number>): tf.Tensor {
  const size = tf.abs(x);
  const positive = tf.div(tf.add(size, tf.sqrt(tf.add(tf.square(size), b!))), 2);
  const below = tf.step(tf.neg(x));
  return tf.add(tf.mul(positive, tf.sub(1, below)), tf.mul(tf.div(b! / 4, positive), below));
}

/** The first half of the last axis, gated by the sigmoid of the second. */
function glu(x: tf.Tensor): tf.Tensor {
  const [value, gate] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
  return tf.mul(value, tf.sigmoid(gate));
}

/**
 * The nearest point of the probability simplex: max(x - t, 0), with t such that the row sums to 1. Its gradient is centred
 * over the entries that are not 0.
 */
function sparsemax(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const shifted = tf.sub(input, tf.max(input, -1, true));
    // Sorting, as the paper has it, says which entries are at least as large; so does comparing all with all, in size^2 steps.
    const [lead, size] = [shifted.shape.slice(0, -1), shifted.shape.at(-1)!];
    const others = tf.reshape(shifted, [...lead, 1, size]);
    const above = tf.cast(tf.greaterEqual(others, tf.reshape(shifted, [...lead, size, 1])), 'float32');
    const rank = tf.sum(above, -1);
    const sums = tf.sum(tf.mul(above, others), -1);
    const inside = tf.cast(tf.greater(tf.add(tf.mul(shifted, rank), 1), sums), 'float32');
    const count = tf.sum(inside, -1, true);
    const threshold = tf.div(tf.sub(tf.sum(tf.mul(shifted, inside), -1, true), 1), count);
    const value = tf.relu(tf.sub(shifted, threshold));
    save([value]);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const support = tf.cast(tf.greater(saved[0]!, 0), 'float32');
        const mean = tf.div(tf.sum(tf.mul(dy, support), -1, true), tf.sum(support, -1, true));
        return tf.mul(support, tf.sub(dy, mean));
      },
    };
  })(x);
}

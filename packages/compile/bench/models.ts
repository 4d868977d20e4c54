import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Tensors by name. */
export type Params = Record<string, Tensor>;

/** A model to time: its parameters' shapes, and its logits. */
export interface BenchModel {
  readonly name: string;
  readonly batch: number;
  readonly input: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  logits(parameters: Params, x: Tensor): Tensor;
}

/** Dense layers with ReLU between. */
export function mlp(sizes: readonly number[], batch = 64): BenchModel {
  const parameters: Record<string, number[]> = {};
  for (let i = 1; i < sizes.length; i++) {
    parameters[`w${i}`] = [sizes[i - 1]!, sizes[i]!];
    parameters[`b${i}`] = [sizes[i]!];
  }
  return {
    name: `${sizes.join('-')} b${batch}`,
    batch,
    input: [sizes[0]!],
    parameters,
    logits(p, x) {
      let h = x;
      for (let i = 1; i < sizes.length; i++) {
        h = tf.add(tf.matMul(h, p[`w${i}`] as tf.Tensor2D), p[`b${i}`]!);
        if (i < sizes.length - 1) h = tf.relu(h);
      }
      return h;
    },
  };
}

function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor): Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
}

/** Two 3x3 convolutions with batch normalisation, ReLU and 2x2 max-pooling, then two dense layers. */
export function cnn(batch = 64): BenchModel {
  return {
    name: `cnn 32-64 batch norm b${batch}`,
    batch,
    input: [28, 28, 1],
    parameters: {
      k1: [3, 3, 1, 32],
      c1: [32],
      g1: [32],
      o1: [32],
      k2: [3, 3, 32, 64],
      c2: [64],
      g2: [64],
      o2: [64],
      w1: [7 * 7 * 64, 128],
      b1: [128],
      w2: [128, 10],
      b2: [10],
    },
    logits(p, x) {
      let h = x as tf.Tensor4D;
      for (const i of [1, 2]) {
        h = tf.add(tf.conv2d(h, p[`k${i}`] as tf.Tensor4D, 1, 'same'), p[`c${i}`]!);
        h = tf.relu(batchNorm(h, p[`g${i}`]!, p[`o${i}`]!)) as tf.Tensor4D;
        h = tf.maxPool(h, 2, 2, 'valid');
      }
      const flat = tf.reshape(h, [batch, 7 * 7 * 64]) as tf.Tensor2D;
      const hidden = tf.relu(tf.add(tf.matMul(flat, p['w1'] as tf.Tensor2D), p['b1']!)) as tf.Tensor2D;
      return tf.add(tf.matMul(hidden, p['w2'] as tf.Tensor2D), p['b2']!);
    },
  };
}

/** Inputs of one step, as shapes or as tensors. */
export interface StepInputs<T> {
  parameters: Record<string, T>;
  m: Record<string, T>;
  v: Record<string, T>;
  x: T;
  labels: T;
  /** What Adam's step is multiplied with at this step. */
  scale: T;
  /** What keeps its denominator from 0 at this step. */
  epsilon: T;
}

/** One step of Adam on the mean softmax cross-entropy, as PyTorch computes it. */
export function adamStep(model: BenchModel) {
  return (inputs: StepInputs<Tensor>) => {
    const names = Object.keys(model.parameters);
    const values = names.map((name) => inputs.parameters[name]!);
    const lossOf = (...list: Tensor[]): tf.Scalar => {
      const p = Object.fromEntries(names.map((name, i) => [name, list[i]!]));
      return crossEntropy(model.logits(p, inputs.x), inputs.labels);
    };
    const { value: loss, grads } = tf.valueAndGrads(lossOf)(values);
    const [beta1, beta2] = [0.9, 0.999];
    const next = { parameters: {} as Params, m: {} as Params, v: {} as Params };
    names.forEach((name, i) => {
      const g = grads[i]!;
      // Sums instead of means: what divides them is in `scale` and `epsilon`, which are made outside the step.
      const m = tf.add(tf.mul(inputs.m[name]!, beta1), g);
      const v = tf.add(tf.mul(inputs.v[name]!, beta2), tf.square(g));
      const change = tf.mul(tf.div(m, tf.add(tf.sqrt(v), inputs.epsilon)), inputs.scale);
      next.m[name] = m;
      next.v[name] = v;
      next.parameters[name] = tf.sub(inputs.parameters[name]!, change);
    });
    return { loss, ...next };
  };
}

function crossEntropy(logits: Tensor, labels: Tensor): tf.Scalar {
  const gradient = tf.customGrad((z, save) => {
    const logProbabilities = tf.logSoftmax(z as Tensor);
    (save as tf.GradSaveFunc)([logProbabilities]);
    const n = (z as Tensor).shape[0]!;
    const value = tf.neg(tf.div(tf.sum(tf.mul(logProbabilities, labels)), n));
    return {
      value,
      gradFunc: (dy, saved) =>
        tf.mul(tf.sub(tf.exp((saved as Tensor[])[0]!), labels), tf.div(dy as Tensor, n)),
    };
  });
  return gradient(logits) as tf.Scalar;
}

/** The scalars of step `t`, from 1, at learning rate 1e-3. */
export function adamScalars(t: number): { scale: number; epsilon: number } {
  const root = Math.sqrt((1 - 0.999 ** t) / (1 - 0.999));
  return { scale: (1e-3 * (1 - 0.9) * root) / (1 - 0.9 ** t), epsilon: 1e-8 * root };
}

/** Shapes of everything that a step takes. */
export function stepShapes(model: BenchModel): StepInputs<{ shape: readonly number[] }> {
  const all = (): Record<string, { shape: readonly number[] }> =>
    Object.fromEntries(Object.entries(model.parameters).map(([name, shape]) => [name, { shape }]));
  const scalar = { shape: [] };
  return {
    parameters: all(),
    m: all(),
    v: all(),
    x: { shape: [model.batch, ...model.input] },
    labels: { shape: [model.batch, 10] },
    scale: scalar,
    epsilon: scalar,
  };
}

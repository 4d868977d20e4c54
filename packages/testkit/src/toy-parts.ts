import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { FunctionalModel, Loss, Metric, Optimizer } from '@espalier/core';
import { toyNumbers } from './toy-data.js';

/* The smallest real parts that a run can be made of, so that one package is tested without another. */

/** Weights in [-1, 1) for every weight of a model, a function of the weight's shape and place; the model is given back. */
export function toyWeights<M extends tfl.LayersModel>(model: M): M {
  const before = model.getWeights();
  const weights = before.map(({ shape }, i) => {
    const { data } = toyNumbers(`toy/weight-${i}`, shape);
    return tf.tensor(data as Float32Array, shape);
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** dense(4, tanh) -> dense(outputs): layers `hidden` and `output`, three inputs, always the same start. */
export function toyModel(outputs = 3): tfl.LayersModel {
  return toyWeights(
    tfl.sequential({
      layers: [
        tfl.layers.dense({ name: 'hidden', units: 4, activation: 'tanh', inputShape: [3] }),
        tfl.layers.dense({ name: 'output', units: outputs }),
      ],
    }),
  );
}

/** {@link toyModel} with outputs of a shape `[null, ...]`. */
export function toyModelOf(outputShape: readonly (number | null)[]): tfl.LayersModel {
  const inner = outputShape.slice(1).map((size) => size ?? 1);
  const width = inner.reduce((product, size) => product * size, 1);
  if (inner.length < 2) return toyModel(width);
  return toyWeights(
    tfl.sequential({
      layers: [
        tfl.layers.dense({ name: 'hidden', units: 4, activation: 'tanh', inputShape: [3] }),
        tfl.layers.dense({ name: 'output', units: width }),
        tfl.layers.reshape({ targetShape: inner }),
      ],
    }),
  );
}

/** A linear model with a parameter, `unused`, that the output does not depend on. Dispose its variables. */
export function toyModelWithUnused(outputs = 3): FunctionalModel {
  const variable = (name: string, shape: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor(toyNumbers(`toy/${name}`, shape).data as Float32Array, shape), true));
  return {
    parameters: {
      kernel: variable('kernel', [3, outputs]),
      bias: variable('bias', [outputs]),
      unused: variable('unused', [2, 2]),
    },
    forward: ({ input }, { kernel, bias }) =>
      tf.add(tf.matMul(input as tf.Tensor2D, kernel as tf.Tensor2D), bias!),
  };
}

/** Cross-entropy of softmax(outputs) with rows of probabilities. */
export function toyCrossEntropy(): Loss {
  return {
    name: 'toy-cross-entropy',
    perExample: (outputs, targets) =>
      tf.neg(tf.sum<tf.Tensor1D>(tf.mul(targets, tf.logSoftmax(outputs)), -1)),
  };
}

/** Share of examples whose largest output is that of the target. */
export function toyAccuracy(): Metric<'accuracy', number> {
  return {
    name: 'accuracy',
    better: 'higher',
    sums: ({ outputs, targets }) => ({
      right: tf.sum(tf.cast(tf.equal(tf.argMax(outputs, -1), tf.argMax(targets, -1)), 'float32')),
      count: tf.sum(targets),
    }),
    result: ({ right, count }) => right![0]! / count![0]!,
  };
}

/** Gradient descent with momentum 0.9, so that there are slots to lose. */
export function toyOptimizer(learningRate: Optimizer['learningRate'] = 0.1): Optimizer {
  return {
    name: 'toy-momentum',
    learningRate,
    init: (parameters) =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, p]) => [`velocity/${name}`, tf.zerosLike(p)]),
      ),
    update(gradients, slots, parameters, scalars) {
      const nextParameters: Record<string, tf.Tensor> = { ...parameters };
      const nextSlots: Record<string, tf.Tensor> = { ...slots };
      for (const [name, gradient] of Object.entries(gradients)) {
        const velocity = tf.add(tf.mul(slots[`velocity/${name}`]!, 0.9), gradient);
        nextSlots[`velocity/${name}`] = velocity;
        nextParameters[name] = tf.sub(parameters[name]!, tf.mul(velocity, scalars('learningRate')));
      }
      return { parameters: nextParameters, slots: nextSlots };
    },
  };
}

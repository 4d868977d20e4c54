import * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint, HostArrays, Loss, Tensors, TrainableModel } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import type { GivenBatch } from '../given-arrays.js';
import { asTensor, failData } from '../given-arrays.js';
import type { Examples } from './example-gradients.js';
import { dot, eachGradient, exampleLosses, examplesFrom } from './example-gradients.js';
import type { Influences } from './influences.js';
import { influences } from './influences.js';

/** Weights at some moment of a run, by parameter name, with the learning rate then. */
export interface TracInCheckpoint {
  readonly weights: HostArrays;
  readonly learningRate: number;
}

/** Options of {@link tracIn}. */
export interface TracInOptions {
  /** Moments of the run, of the time in which the loss fell: checkpoints of a trainer, or weights. Default: the weights as they are, rate 1. */
  readonly checkpoints?: readonly (TracInCheckpoint | Pick<Checkpoint, 'arrays' | 'learningRate'>)[];
  /** Names of the parameters that count, e.g. those of the last layer, which is much quicker. Default: all that are trained. */
  readonly parameters?: readonly string[];
}

/**
 * TracIn: which training examples helped, and which hindered, what a model says of a test example. Where a step on the one moves the
 * weights as a step on the other would, it helped.
 *
 * ```text
 * score(test, train) = sum over checkpoints of learningRate * gradient of loss(test) . gradient of loss(train)
 * ```
 *
 * Exact for steps of plain gradient descent on one example at a time; a guide for other optimizers. Training is off: no dropout.
 *
 * @param loss As the trainer has it.
 * @param train `{ inputs, targets }` of N examples; one forward and backward pass each, at each checkpoint.
 * @param test `{ inputs, targets }` of the examples that are explained; their gradients are kept in memory.
 * @param options.checkpoints Default: the weights as they are.
 * @param options.parameters Default: all.
 * @throws EspalierError `invalid-option` for unknown parameters; `invalid-data` for checkpoints of another model, gradients of NaN.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8], outputs: 3, seed: 1 });
 * const inputs = tf.randomNormal([6, 4], 0, 1, 'float32', 1);
 * const batch = { inputs, targets: tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32') };
 * const { scores, own } = await tracIn(layers, loss, batch, batch, { parameters: ['output/kernel', 'output/bias'] });
 * console.log(scores.shape, own);
 * ```
 *
 * Pruthi et al., Estimating training data influence by tracing gradient descent, 2020. As captum's `TracInCP`.
 */
export async function tracIn(
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  train: GivenBatch,
  test: GivenBatch,
  options: TracInOptions = {},
): Promise<Influences> {
  const scope = 'trac-in';
  const { checkpoints, parameters } = readOptions(scope, options, {
    checkpoints: option.custom<NonNullable<TracInOptions['checkpoints']>, { readonly optional: true }>({
      optional: true,
      expected: 'an array of checkpoints, or of { weights, learningRate }, at least one',
      accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isCheckpoint),
      toJson: (all) => all.length,
    }),
    parameters: option.names({ optional: true }),
  }).values;
  prepareTfjs();
  const losses = exampleLosses(scope, model, loss, parameters);
  const given: Examples[] = [];
  try {
    given.push(await examplesFrom(scope, losses, 'train', train));
    given.push(await examplesFrom(scope, losses, 'test', test));
    const [training, testing] = given as [Examples, Examples];
    const scores = Array.from({ length: testing.count }, () => new Float64Array(training.count));
    const own = new Float64Array(training.count);
    const at = async (weights: Tensors, rate: number): Promise<void> => {
      const tests: Float64Array[] = [];
      await eachGradient(losses, testing, weights, (gradient) => void tests.push(gradient));
      await eachGradient(losses, training, weights, (gradient, n) => {
        own[n]! += rate * dot(gradient, gradient);
        tests.forEach((one, t) => (scores[t]![n]! += rate * dot(one, gradient)));
      });
    };
    const present = losses.bound.weights();
    if (!checkpoints) await at(present, 1);
    for (const checkpoint of checkpoints ?? []) {
      const then = tf.tidy(() => weightsOf(scope, present, checkpoint));
      await at(then, checkpoint.learningRate).finally(() => tf.dispose(then));
    }
    return influences(scores, own, losses.parameters);
  } finally {
    for (const { inputs, targets } of given) tf.dispose([inputs, targets]);
  }
}

type Moment = NonNullable<TracInOptions['checkpoints']>[number];

function isCheckpoint(value: unknown): value is Moment {
  const { weights, arrays, learningRate } = (value ?? {}) as Partial<TracInCheckpoint & Checkpoint>;
  const held: unknown = weights ?? arrays;
  return typeof held === 'object' && held !== null && Number.isFinite(learningRate) && learningRate! > 0;
}

/** The weights of a moment as tensors. */
function weightsOf(scope: string, present: Tensors, moment: Moment): Record<string, tf.Tensor> {
  const held = (name: string) =>
    'weights' in moment
      ? moment.weights[name]
      : (moment.arrays[`parameters/${name}`] ?? moment.arrays[`variables/${name}`]);
  return Object.fromEntries(
    Object.entries(present).map(([name, now]) => {
      const array = held(name);
      if (!array) return failData(scope, `a checkpoint has no '${name}', which the model has.`);
      if (String(array.shape) !== String(now.shape))
        failData(scope, `'${name}' is [${array.shape}] in a checkpoint, [${now.shape}] in the model.`);
      return [name, asTensor(array)];
    }),
  );
}

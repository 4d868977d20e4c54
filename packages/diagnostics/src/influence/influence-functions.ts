import * as tf from '@tensorflow/tfjs-core';
import type { Loss, Tensors, TrainableModel } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { cholesky, prepareTfjs, solveLower, solveUpper } from '@espalier/core/internal';
import type { GivenBatch } from '../given-arrays.js';
import { failData } from '../given-arrays.js';
import type { ExampleLosses, Examples } from './example-gradients.js';
import { dot, eachGradient, exampleLosses, examplesFrom } from './example-gradients.js';
import type { Influences } from './influences.js';
import { influences } from './influences.js';

/** Options of {@link influenceFunctions}. */
export interface InfluenceFunctionsOptions {
  /** Names of the parameters that may move, at most 2000 numbers together, e.g. those of the last layer. */
  readonly parameters: readonly string[];
  /** Added to the diagonal of the Hessian, > 0: as much weight decay. Default 0.01. */
  readonly damping?: number;
}

/**
 * Influence functions: what the loss of a test example would be, had a training example not been there, to first order. As if the
 * parameters were at their optimum, and others fixed.
 *
 * ```text
 * score(test, train) = gradient of loss(test) . (H + damping I)^-1 gradient of loss(train),  H = Hessian of the mean loss of train
 * loss(test) without the example - loss(test) = score / N
 * ```
 *
 * The Hessian is made by central differences of gradients: two passes over all of `train` for each number in the parameters.
 *
 * @param loss As the trainer has it.
 * @param train `{ inputs, targets }` of the N examples that the model was trained on, or a sample of them.
 * @param test `{ inputs, targets }` of the examples that are explained.
 * @param options.parameters Required.
 * @param options.damping Default 0.01.
 * @throws EspalierError `invalid-option` for unknown parameters, and too many; `invalid-data` where the Hessian is not positive definite:
 *   more damping helps.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8], outputs: 3, seed: 1 });
 * const inputs = tf.randomNormal([6, 4], 0, 1, 'float32', 1);
 * const batch = { inputs, targets: tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32') };
 * const { scores } = await influenceFunctions(layers, loss, batch, batch, { parameters: ['output/bias'] });
 * console.log(scores.shape);
 * ```
 *
 * Koh, Liang, Understanding black-box predictions via influence functions, 2017. As captum's `NaiveInfluenceFunction`.
 */
export async function influenceFunctions(
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  train: GivenBatch,
  test: GivenBatch,
  options: InfluenceFunctionsOptions,
): Promise<Influences> {
  const scope = 'influence-functions';
  const { parameters, damping } = readOptions(scope, options, {
    parameters: option.names(),
    damping: option.number({ min: 0, exclusiveMin: true, default: 0.01 }),
  }).values;
  prepareTfjs();
  const losses = exampleLosses(scope, model, loss, parameters);
  if (losses.size > MOST)
    checkOptions(scope).fail(
      'parameters',
      `parameters of at most ${MOST} numbers together, as the Hessian holds the square of that; these have ${losses.size}`,
      parameters,
    );
  const given: Examples[] = [];
  try {
    given.push(await examplesFrom(scope, losses, 'train', train));
    given.push(await examplesFrom(scope, losses, 'test', test));
    const [training, testing] = given as [Examples, Examples];
    const hessian = await hessianOf(losses, training);
    for (let i = 0; i < losses.size; i++) hessian[i * losses.size + i]! += damping;
    const lower = cholesky(hessian, losses.size);
    if (!lower)
      return failData(
        scope,
        `the Hessian is not positive definite with a damping of ${damping}: the weights are at no minimum. Train longer or take more damping.`,
      );
    const weights = losses.bound.weights();
    const tests: Float64Array[] = [];
    await eachGradient(losses, testing, weights, (gradient) => {
      tests.push(solveUpper(lower, solveLower(lower, gradient)));
    });
    const scores = tests.map(() => new Float64Array(training.count));
    const own = new Float64Array(training.count);
    await eachGradient(losses, training, weights, (gradient, n) => {
      const half = solveLower(lower, gradient);
      own[n] = dot(half, half);
      tests.forEach((one, t) => (scores[t]![n] = dot(one, gradient)));
    });
    return influences(scores, own, losses.parameters);
  } finally {
    for (const { inputs, targets } of given) tf.dispose([inputs, targets]);
  }
}

/** Numbers in the parameters at most. */
const MOST = 2000;

/** By central differences of gradients, `[P, P]`, symmetric. */
async function hessianOf(losses: ExampleLosses, training: Examples): Promise<Float64Array> {
  const present = losses.bound.weights();
  const { size } = losses;
  const hessian = new Float64Array(size * size);
  let row = 0;
  for (const name of losses.parameters) {
    const values = Float32Array.from(await present[name]!.data());
    for (let i = 0; i < values.length; i++, row++) {
      // So large that rounding of float32 gradients, 1e-7 of them, comes to little of the difference.
      const step = 0.01 * Math.max(1, Math.abs(values[i]!));
      const at = (to: number): Promise<Float64Array> => {
        const moved = values.slice();
        moved[i] = to;
        const tensor = tf.tensor(moved, present[name]!.shape, 'float32');
        const weights: Tensors = { ...present, [name]: tensor };
        return losses.gradient(training, weights).finally(() => tensor.dispose());
      };
      const [high, low] = [Math.fround(values[i]! + step), Math.fround(values[i]! - step)];
      const [above, below] = [await at(high), await at(low)];
      for (let j = 0; j < size; j++) {
        const second = (above[j]! - below[j]!) / (high - low) / 2;
        hessian[row * size + j]! += second;
        hessian[j * size + row]! += second;
      }
    }
  }
  return hessian;
}

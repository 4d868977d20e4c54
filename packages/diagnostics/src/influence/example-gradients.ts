import * as tf from '@tensorflow/tfjs-core';
import type { Loss, Tensors, TrainableModel } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { BoundModel } from '@espalier/core/internal';
import {
  bindModel,
  lossTerms,
  resolveObjectives,
  totalLoss,
  valueAndGradients,
} from '@espalier/core/internal';
import type { GivenBatch } from '../given-arrays.js';
import { checkedBatch, tensorsOf } from '../checked-batch.js';
import { examplesOf, failData } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import { quietStep } from '../quiet-step.js';

/** The loss of a model by example, in some of its parameters; training off. */
export interface ExampleLosses {
  /** Names of the parameters, as they follow each other in a gradient. */
  readonly parameters: readonly string[];
  /** How many numbers they are together. */
  readonly size: number;
  readonly bound: BoundModel;
  readonly objectives: ReturnType<typeof resolveObjectives>;
  /** The gradient of the mean loss of some examples, `[size]`. */
  gradient(batch: Examples, weights: Tensors): Promise<Float64Array>;
}

/** Examples as tensors; dispose them. */
export interface Examples {
  readonly count: number;
  readonly inputs: Tensors;
  readonly targets: Tensors;
}

/** @throws EspalierError `invalid-option` for parameters that are not trained. */
export function exampleLosses(
  scope: string,
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  wanted: readonly string[] | undefined,
): ExampleLosses {
  const bound = bindModel(model);
  const objectives = resolveObjectives(bound, loss, {}, []);
  const trained = bound.trainable();
  const unknown = wanted?.find((name) => !trained.includes(name));
  if (unknown !== undefined)
    checkOptions(scope).fail('parameters', `trained parameters (${knownNames(trained, unknown)})`, unknown);
  const parameters = trained.filter((name) => wanted === undefined || wanted.includes(name));
  const all = bound.weights();
  const size = parameters.reduce((sum, name) => sum + all[name]!.size, 0);
  return {
    parameters,
    size,
    bound,
    objectives,
    async gradient({ count, inputs, targets }, weights) {
      const chosen = Object.fromEntries(parameters.map((name) => [name, weights[name]!]));
      const flat = tf.tidy(() => {
        const { gradients } = valueAndGradients(() => {
          const step = quietStep({ training: false, seed: 0, examples: count });
          const forward = bound.forward(inputs, weights, step);
          try {
            const terms = lossTerms(objectives, forward, { inputs, targets }, targets, 'examples');
            return { value: totalLoss(terms.losses), aux: {} };
          } finally {
            forward.release?.();
          }
        }, chosen);
        return tf.concat(
          parameters.map((name) => tf.reshape(gradients[name] ?? tf.zerosLike(chosen[name]!), [-1])),
        );
      });
      try {
        const values = Float64Array.from(await flat.data());
        if (!values.every(Number.isFinite)) failData(scope, 'a gradient of the loss is not finite.');
        return values;
      } finally {
        flat.dispose();
      }
    },
  };
}

/** A batch as tensors by the names that the model has for them. */
export async function examplesFrom(
  scope: string,
  { bound, objectives }: ExampleLosses,
  what: string,
  batch: GivenBatch,
): Promise<Examples> {
  if (batch?.weights !== undefined)
    checkOptions(scope).fail(`${what}.weights`, 'left out: each example counts for itself', batch.weights);
  const arrays = await checkedBatch(scope, what, batch, bound, objectives);
  const [inputs, targets] = [tensorsOf(arrays.inputs), tensorsOf(arrays.targets)];
  return { count: examplesOf(inputs), inputs, targets };
}

/** The gradient of each example alone, one after the other. */
export async function eachGradient(
  losses: ExampleLosses,
  examples: Examples,
  weights: Tensors,
  see: (gradient: Float64Array, n: number) => void,
): Promise<void> {
  for (let n = 0; n < examples.count; n++) {
    const row = (tensors: Tensors): Record<string, tf.Tensor> =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => [
          name,
          tf.slice(tensor, [n, ...new Array<number>(tensor.rank - 1).fill(0)], [1, ...tensor.shape.slice(1)]),
        ]),
      );
    const one = { count: 1, inputs: row(examples.inputs), targets: row(examples.targets) };
    try {
      see(await losses.gradient(one, weights), n);
    } finally {
      tf.dispose([one.inputs, one.targets]);
    }
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

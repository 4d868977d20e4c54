import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArrays, LayerInfo, Tensors } from '@espalier/core';
import { checkOptions, option } from '@espalier/core';
import { oneHot, prepareTfjs, toHostArrays, valueAndGradients } from '@espalier/core/internal';
import type { GivenArrays } from '../given-arrays.js';
import { examplesOf, failData, inputTensors } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import type { LayeredModel } from '../layers/run-layers.js';
import { applyLayers, bindLayers } from '../layers/run-layers.js';

/** What every attribution is asked. */
export interface AttributionOptions {
  /** Which column of the output is explained: one for all examples, or one for each. Default: each example's largest. */
  readonly targets?: number | readonly number[];
  /** Name of the output, of a model with several. Default: the first. */
  readonly output?: string;
}

/** How much each entry of the inputs has to do with an output. */
export interface Attributions {
  /** The column that was explained, by example. */
  readonly targets: readonly number[];
  /** The model's output there, by example. */
  readonly scores: readonly number[];
  /** `[N, ...]` float32, of the shape of the inputs, by input name. */
  readonly values: HostArrays;
}

/** The rules of {@link AttributionOptions}. */
export const ATTRIBUTION_RULES = {
  targets: option.custom<number | readonly number[], { readonly optional: true }>({
    optional: true,
    expected: 'a whole number >= 0, or one for each example',
    accepts: (value) =>
      [value].flat().length > 0 &&
      [value].flat().every((one) => Number.isInteger(one) && (one as number) >= 0),
  }),
  output: option.text({ optional: true }),
};

/** The score of some examples under a model: the outputs that are to be explained. Dispose it. */
export interface Scorer {
  readonly bound: LayeredModel;
  /** `[N, ...]` float32, by input name. */
  readonly inputs: Tensors;
  readonly targets: readonly number[];
  /** `[N]`, of these inputs. `see` looks at layers. Call inside a tidy. */
  scores(inputs: Tensors, see?: LayerLook): tf.Tensor1D;
  /** Gradients of the sum of the scores in the inputs, by name; 0 where the scores do not depend on one. Call inside a tidy. */
  gradients(inputs: Tensors, see?: LayerLook): Record<string, tf.Tensor>;
  /** The plain record of tensors of the inputs' shapes. */
  record(values: Tensors): Promise<Attributions>;
  dispose(): void;
}

/** Looks at what layers give, and may put something in its place. */
export type LayerLook = (name: string, output: tf.Tensor, layer: LayerInfo) => tf.Tensor | void;

/** @throws EspalierError for a model, inputs, targets or an output that do not fit each other. */
export function scorer(
  scope: string,
  model: tfl.LayersModel,
  inputs: GivenArrays,
  {
    targets,
    output,
  }: { readonly targets?: number | readonly number[] | undefined; readonly output?: string | undefined },
): Scorer {
  const bound = bindLayers(scope, model);
  prepareTfjs();
  const named = tf.tidy(() => {
    const tensors = inputTensors(scope, 'inputs', inputs, bound.inputShapes);
    const numbers = Object.entries(tensors).map(([name, tensor]) => {
      if (bound.inputLimits && Object.hasOwn(bound.inputLimits, name))
        failData(
          scope,
          `input '${name}' is looked up in a table: nothing can be told of small changes of it.`,
        );
      return [name, tf.keep(tf.cast(tf.clone(tensor), 'float32'))] as const;
    });
    return Object.fromEntries(numbers);
  });
  const examples = examplesOf(named);

  const outputOf = (given: Tensors, see: LayerLook = () => undefined): tf.Tensor2D => {
    const outputs = applyLayers(bound, given, bound.weights(), see);
    const names = Object.keys(outputs);
    const wanted = output ?? names[0]!;
    const found = outputs[wanted];
    if (!found)
      return checkOptions(scope).fail('output', `one of the model's (${knownNames(names, wanted)})`, output);
    if (found.rank !== 2)
      return failData(scope, `output '${wanted}' is [${found.shape}]; only outputs [N, C] can be explained.`);
    return found as tf.Tensor2D;
  };
  const resolve = (): number[] =>
    tf.tidy(() => {
      const first = outputOf(named);
      const columns = first.shape[1];
      if (targets === undefined) {
        // Of NaN the largest is anything.
        checkScores(
          scope,
          (first.arraySync() as number[][]).map((row) => row.reduce((a, b) => Math.max(a, b))),
        );
        return Array.from(tf.argMax(first, 1).dataSync());
      }
      const each = typeof targets === 'number' ? new Array<number>(examples).fill(targets) : [...targets];
      if (each.length !== examples)
        checkOptions(scope).fail('targets', `one number, or ${examples}, one for each example`, targets);
      const beyond = each.find((target) => target >= columns);
      if (beyond !== undefined)
        checkOptions(scope).fail('targets', `columns of the output, less than ${columns}`, beyond);
      return each;
    });
  let chosen: number[];
  try {
    chosen = resolve();
  } catch (error) {
    tf.dispose(named);
    throw error;
  }
  const scores: Scorer['scores'] = (given, see) => {
    const all = outputOf(given, see);
    return tf.sum<tf.Tensor1D>(tf.mul(all, oneHot(tf.tensor1d(chosen, 'int32'), all.shape[1])), 1);
  };
  return {
    bound,
    inputs: named,
    targets: chosen,
    scores,
    gradients(given, see) {
      const { gradients } = valueAndGradients(
        () => ({ value: tf.sum<tf.Scalar>(scores(given, see)), aux: {} }),
        given,
      );
      return Object.fromEntries(
        Object.entries(given).map(([name, input]) => [name, gradients[name] ?? tf.zerosLike(input)]),
      );
    },
    async record(values) {
      const own = tf.tidy(() => scores(named));
      try {
        const scores = checkScores(scope, await own.data());
        return { targets: chosen, scores, values: await toHostArrays(values) };
      } finally {
        own.dispose();
      }
    },
    dispose: () => void tf.dispose(named),
  };
}

/**
 * Scores as plain numbers.
 *
 * @throws EspalierError `invalid-data` for one that is not finite: nothing can be told of it.
 */
export function checkScores(scope: string, scores: ArrayLike<number>): number[] {
  const all = Array.from(scores);
  const example = all.findIndex((score) => !Number.isFinite(score));
  if (example >= 0)
    failData(
      scope,
      `the score of example ${example} is ${all[example]}, of which nothing can be told; look for what is not finite ` +
        "in the inputs and the model's weights.",
    );
  return all;
}

/** Attributions that a function of the scorer's makes: tensors of the inputs' shapes, by name. */
export async function attribute(of: Scorer, make: () => Record<string, tf.Tensor>): Promise<Attributions> {
  let values: Record<string, tf.Tensor> = {};
  try {
    values = tf.tidy(make);
    return await of.record(values);
  } finally {
    tf.dispose(values);
    of.dispose();
  }
}

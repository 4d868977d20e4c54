import type { HostArrays } from '../data/arrays.js';
import { toTensor } from '../data/to-tensor.js';
import { fail } from '../errors.js';
import { option } from '../option-rules.js';
import { readOptions } from '../read-options.js';
import type { Checkpoint } from '../run/checkpoint.js';
import { PLUGINS, takeGroup, weightsOf } from '../step/state.js';
import { bindModel, type TrainableModel } from './model.js';
import { checkWeights } from './weights.js';

/**
 * Puts weights into a model: those of a checkpoint, for prediction without the data that it was trained on, or by name.
 *
 * @param from A checkpoint, which must have every weight of the model; or some weights by name, as `getWeights` gives them.
 * @param options `averages`: of a checkpoint, the averages of the parameters that this plugin carries, e.g. `ema`, in place of
 *   the parameters.
 * @throws EspalierError `invalid-data` where a name or shape is not the model's, or the checkpoint lacks a weight or the averages;
 *   `invalid-model`.
 * @example
 * ```ts
 * declare const checkpoint: Checkpoint;
 * loadWeights(model, checkpoint);
 * ```
 */
export function loadWeights(
  model: TrainableModel,
  from: Checkpoint | HostArrays,
  options: { readonly averages?: string } = {},
): void {
  const { averages } = readOptions('load-weights', options, {
    averages: option.text({ optional: true }),
  }).values;
  const bound = bindModel(model);
  const variables = bound.weights();
  const weights = isCheckpoint(from) ? { ...weightsOf(from.arrays), ...averagesOf(from, averages) } : from;
  checkWeights(weights, bound);
  if (isCheckpoint(from)) {
    const missing = Object.keys(variables).find((name) => !Object.hasOwn(weights, name));
    if (missing !== undefined) {
      fail(
        'invalid-data',
        'load-weights',
        `the checkpoint has no weight '${missing}'; it is of another model.`,
      );
    }
  } else if (averages !== undefined) {
    fail('invalid-option', 'load-weights', 'averages are those of a checkpoint; what was given is none.');
  }
  for (const [name, array] of Object.entries(weights)) {
    const value = toTensor(array, true);
    variables[name]!.assign(value);
    value.dispose();
  }
}

function averagesOf({ arrays }: Checkpoint, plugin: string | undefined): HostArrays {
  if (plugin === undefined) return {};
  const averages = takeGroup(arrays, `${PLUGINS}${plugin}/`);
  if (Object.keys(averages).length === 0) {
    fail('invalid-data', 'load-weights', `the checkpoint has no tensors of a plugin '${plugin}'.`);
  }
  return averages;
}

function isCheckpoint(from: Checkpoint | HostArrays): from is Checkpoint {
  return (from as Partial<Checkpoint>).format === 'espalier-checkpoint';
}

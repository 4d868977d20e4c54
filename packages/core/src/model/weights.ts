import type { HostArrays } from '../data/arrays.js';
import { toTensor } from '../data/to-tensor.js';
import type { ExecutorSession } from '../engine/executor.js';
import type { BoundModel } from './bound-model.js';
import { fail } from '../errors.js';
import { PARAMETERS, VARIABLES, weightsOf } from '../step/state.js';

/** Writes a session's weights into the model's variables. */
export async function syncModel(session: ExecutorSession, model: BoundModel): Promise<void> {
  const values = weightsOf({
    ...(await session.readState(PARAMETERS)),
    ...(await session.readState(VARIABLES)),
  });
  writeWeights(values, model);
}

/** Writes weights into the model's variables. */
export function writeWeights(values: HostArrays, model: BoundModel): void {
  const variables = model.weights();
  for (const [name, array] of Object.entries(values)) {
    const value = toTensor(array);
    variables[name]!.assign(value);
    value.dispose();
  }
}

/**
 * Weights under the names of a step's state.
 *
 * @param trained Names of those that are trained; default: as it is now.
 * @throws EspalierError `invalid-data` where a name or shape is not the model's.
 */
export function checkWeights(
  weights: HostArrays,
  model: BoundModel,
  trained: readonly string[] = model.trainable(),
): HostArrays {
  const variables = model.weights();
  const trainable = new Set(trained);
  const state: Record<string, HostArrays[string]> = {};
  for (const [name, array] of Object.entries(weights)) {
    const variable = variables[name];
    if (!variable || variable.shape.join() !== array.shape.join()) {
      const known = Object.entries(variables).map(([own, { shape }]) => `${own} [${shape.join(', ')}]`);
      fail(
        'invalid-data',
        'trainer',
        `weight '${name}' of shape [${array.shape.join(', ')}] is not the model's; it has: ${known.join(', ')}.`,
      );
    }
    state[(trainable.has(name) ? PARAMETERS : VARIABLES) + name] = array;
  }
  return state;
}

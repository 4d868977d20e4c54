import type { Tensor, TensorContainer } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Schedule, Tensors } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import type { GradientTransform, TransformResult, TransformStep, Updates } from './gradient-transform.js';

/**
 * Transforms one after the other: each changes what the one before it gave.
 *
 * Neighbours that treat each parameter by itself run together, parameter by parameter, so that the intermediate tensors of one
 * parameter are freed before the next one's are made.
 *
 * @throws EspalierError `invalid-option` without any transform, or with two learning rates; `duplicate-name` where two of them
 *   keep a slot or declare a scalar of the same name: give one of them a name of its own with `withName`.
 * @example
 * ```ts
 * const transform = chain(clipByGlobalNorm(1), scaleByAdam(), scaleByLearningRate(0.001));
 * const optimizer = toOptimizer(transform, { name: 'clipped-adam' });
 * ```
 * @see `optax.chain`.
 */
export function chain(...transforms: readonly GradientTransform[]): GradientTransform {
  check(transforms);
  const scalars: Record<string, Schedule> = Object.assign({}, ...transforms.map((each) => each.scalars));
  const learningRate = transforms.find((each) => each.learningRate !== undefined)?.learningRate;
  return {
    name: 'chain',
    config: { transforms: transforms.map(({ name, config }) => ({ name, options: config })) },
    scalars,
    ...(learningRate !== undefined && { learningRate }),
    slotNames: transforms.flatMap(({ slotNames }) => slotNames),
    perParameter: transforms.every(({ perParameter }) => perParameter),
    init: (parameters) => Object.assign({}, ...transforms.map((each) => each.init(parameters))) as Tensors,
    update(updates, slots, parameters, step) {
      let now = updates;
      const changed: Record<string, Tensor> = {};
      for (const group of groups(transforms)) {
        const batches = group[0]!.perParameter
          ? Object.entries(now).map(([name, update]) => ({ [name]: update }))
          : [now];
        const next: Updates[] = [];
        for (const batch of batches) {
          const result = tidied(() => inOrder(group, batch, slots, parameters, step));
          next.push(result.updates);
          Object.assign(changed, result.slots);
        }
        now = Object.assign({}, ...next) as Updates;
      }
      return { updates: now, slots: changed };
    },
  };
}

function inOrder(
  transforms: readonly GradientTransform[],
  updates: Updates,
  slots: Tensors,
  parameters: Tensors,
  step: TransformStep,
): TransformResult {
  let now = updates;
  const changed: Record<string, Tensor> = {};
  for (const transform of transforms) {
    const result = transform.update(now, slots, parameters, step);
    now = result.updates;
    Object.assign(changed, result.slots);
  }
  return { updates: now, slots: changed };
}

/** A tidy that keeps the tensors of updates: their type says nothing of containers. */
function tidied(body: () => TransformResult): TransformResult {
  return tf.tidy(() => body() as unknown as TensorContainer) as unknown as TransformResult;
}

/** Neighbours that run parameter by parameter together; each other transform by itself. */
function groups(transforms: readonly GradientTransform[]): GradientTransform[][] {
  const found: GradientTransform[][] = [];
  for (const transform of transforms) {
    const last = found.at(-1);
    if (last?.[0]!.perParameter && transform.perParameter) last.push(transform);
    else found.push([transform]);
  }
  return found;
}

function check(transforms: readonly GradientTransform[]): void {
  if (transforms.length === 0)
    refuse('invalid-option', 'transforms must be one transform or more, got none.');
  transforms.forEach((each: unknown, i) => {
    if (typeof each !== 'object' || each === null || !('update' in each && 'slotNames' in each))
      refuse(
        'invalid-option',
        `transforms[${i}] must be a gradient transform, as scaleByAdam() makes one; got ${typeof each}.`,
      );
  });
  const rates = transforms.filter(({ learningRate }) => learningRate !== undefined);
  if (rates.length > 1)
    refuse(
      'invalid-option',
      `transforms must apply one learning rate, got ${rates.length}; scale by other numbers with scale.`,
    );
  const kinds = {
    slot: (each: GradientTransform) => each.slotNames,
    scalar: (each: GradientTransform) => Object.keys(each.scalars ?? {}),
  };
  for (const [kind, namesOf] of Object.entries(kinds)) {
    const owners = new Map<string, string>();
    for (const transform of transforms) {
      for (const name of namesOf(transform)) {
        const other = owners.get(name);
        if (other !== undefined)
          refuse(
            'duplicate-name',
            `${other} and ${transform.name} both have a ${kind} '${name}'; wrap one of them in withName('...', transform).`,
          );
        owners.set(name, transform.name);
      }
    }
  }
}

function refuse(code: 'invalid-option' | 'duplicate-name', message: string): never {
  throw new EspalierError({ code, scope: 'chain', message });
}

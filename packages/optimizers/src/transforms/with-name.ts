import type { Schedule, Tensors } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { GradientTransform } from './gradient-transform.js';

/**
 * A transform whose slots and scalars go by a name of its own, `<name>/<slot>/<parameter>`: for two of the same kind in one chain.
 *
 * @throws EspalierError `invalid-option` for a name that is empty.
 * @example
 * ```ts
 * const two = chain(trace({ momentum: 0.9 }), withName('slow', trace({ momentum: 0.99 })), scaleByLearningRate(0.01));
 * ```
 */
export function withName(name: string, transform: GradientTransform): GradientTransform {
  checkOptions('with-name').text('name', name);
  const prefix = `${name}/`;
  const scalars: Record<string, Schedule> = {};
  for (const [scalar, schedule] of Object.entries(transform.scalars ?? {}))
    scalars[prefix + scalar] = schedule;
  return {
    ...transform,
    name: prefix + transform.name,
    scalars,
    slotNames: transform.slotNames.map((slot) => prefix + slot),
    init: (parameters) => prefixed(prefix, transform.init(parameters)),
    update(updates, slots, parameters, step) {
      const own = Object.fromEntries(
        Object.entries(slots)
          .filter(([slot]) => slot.startsWith(prefix))
          .map(([slot, tensor]) => [slot.slice(prefix.length), tensor]),
      );
      const result = transform.update(updates, own, parameters, {
        optimizer: step.optimizer,
        scalar: (scalar) => step.scalar(prefix + scalar in scalars ? prefix + scalar : scalar),
        constant: (value) => step.constant(value),
        product: (factor) => step.product(factor),
      });
      return { updates: result.updates, slots: prefixed(prefix, result.slots) };
    },
  };
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

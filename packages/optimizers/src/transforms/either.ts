import type { Schedule, Tensors } from '@espalier/core';
import type { GradientTransform, Updates } from './gradient-transform.js';
import { withName } from './with-name.js';

/**
 * One transform for some parameters and another for the rest. The second's slots and scalars go by its name.
 *
 * @param chosen Names of the parameters that the first is for, out of all.
 */
export function either(
  chosen: (parameters: Tensors) => ReadonlySet<string>,
  first: GradientTransform,
  rest: GradientTransform,
  restName: string,
): GradientTransform {
  const second = withName(restName, rest);
  const scalars: Record<string, Schedule> = { ...first.scalars, ...second.scalars };
  return {
    name: 'either',
    config: { chosen: first.config, rest: rest.config },
    scalars,
    slotNames: [...first.slotNames, ...second.slotNames],
    perParameter: first.perParameter && second.perParameter,
    init(parameters) {
      const [mine, others] = split(parameters, chosen(parameters));
      return { ...first.init(mine), ...second.init(others) };
    },
    update(updates, slots, parameters, step) {
      const [mine, others] = split<Updates[string]>(updates, chosen(parameters));
      const a = first.update(mine, slots, parameters, step);
      const b = second.update(others, slots, parameters, step);
      return { updates: { ...a.updates, ...b.updates }, slots: { ...a.slots, ...b.slots } };
    },
  };
}

function split<T>(
  all: Readonly<Record<string, T>>,
  chosen: ReadonlySet<string>,
): [Record<string, T>, Record<string, T>] {
  const parts: [Record<string, T>, Record<string, T>] = [{}, {}];
  for (const [name, value] of Object.entries(all)) parts[chosen.has(name) ? 0 : 1][name] = value;
  return parts;
}

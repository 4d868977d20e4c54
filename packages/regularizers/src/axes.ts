import type { Tensor } from '@tensorflow/tfjs-core';
import { EspalierError, option } from '@espalier/core';
import { axesIntoUnit } from '@espalier/core/internal';

type Axis = number | readonly number[];

/** The rule of an option that names one or several axes. */
export const AXIS_RULE = option.custom<Axis, { readonly optional: true }>({
  expected: 'a whole number or a list of them',
  accepts: (axis) =>
    Array.isArray(axis) ? axis.length > 0 && axis.every(Number.isInteger) : Number.isInteger(axis),
  optional: true,
});

/**
 * The axes that the weights of one unit lie along: those given, or those that lead into it.
 *
 * @throws EspalierError `invalid-option` from the function, for a parameter without such an axis.
 */
export function axesFor(scope: string, axis: Axis | undefined): (w: Tensor, name: string) => number[] {
  const given = typeof axis === 'number' ? [axis] : axis;
  return (w, name) => {
    const over = given ?? axesIntoUnit(name, w.rank);
    if (!over.some((one) => one < -w.rank || one >= w.rank)) return [...over];
    throw new EspalierError({
      code: 'invalid-option',
      scope,
      message: `axis [${over}] does not exist in parameter '${name}' of shape [${w.shape}]; choose other parameters or another axis.`,
    });
  };
}

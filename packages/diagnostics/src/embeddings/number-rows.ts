import { toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';

/** Examples as rows of numbers. */
export interface NumberRows {
  readonly examples: number;
  readonly columns: number;
  /** `[examples, columns]`, row by row. */
  readonly values: Float64Array;
}

/**
 * `[N, ...]` as N rows in float64, whatever is in an example side by side.
 *
 * @throws EspalierError `invalid-option` for what is no array; `invalid-data` for less than two examples, numbers that are not finite.
 */
export async function numberRows(scope: string, given: AnyArray): Promise<NumberRows> {
  const host = await hostArray(scope, 'values', given);
  const [examples = 0, ...own] = host.shape;
  const columns = own.reduce((product, length) => product * length, 1);
  if (examples < 2 || own.length === 0 || columns === 0)
    failData(scope, `values must be [N, ...] of at least two examples, got [${host.shape}].`);
  const values = Float64Array.from(toTensorData(host));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    failData(scope, `example ${Math.floor(bad / columns)} has ${values[bad]}; values must be finite.`);
  return { examples, columns, values };
}

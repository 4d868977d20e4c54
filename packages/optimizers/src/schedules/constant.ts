import type { Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { withConfig } from './with-config.js';

/**
 * The same value at every step.
 *
 * @param value Any finite number.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = warmup(constant(0.01), 500);
 * ```
 */
export function constant(value: number): Schedule {
  checkOptions('constant').number('value', value);
  return withConfig({ kind: 'constant', value }, () => value);
}

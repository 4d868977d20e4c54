import type { Plugin, Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { normPenalty } from './norm-penalty.js';
import type { Scaling } from './scaling.js';
import { scaleByBatch, SCALINGS, scalingFactor } from './scaling.js';
import type { SelectionOptions } from './selection.js';
import { selection } from './selection.js';

/** Options that the penalties share. */
export interface PenaltyOptions extends SelectionOptions {
  /** What lambda multiplies, see {@link Scaling}. Default `sum`. */
  readonly scaling?: Scaling;
}

/** A term of a penalty: its option's name and value. */
interface Term {
  readonly option: string;
  readonly value: number | Schedule;
}

/** A plugin that adds L1 and L2 terms to the objective; terms that are 0 for good are left out. */
export function penaltyPlugin(
  kind: string,
  terms: { readonly l1?: Term; readonly l2?: Term },
  { scaling = 'sum', parameters, name = kind }: PenaltyOptions,
): Plugin<never, never> {
  const check = checkOptions(kind);
  check.text('name', name);
  check.oneOf('scaling', scaling, SCALINGS);
  const select = selection(kind, parameters);
  const ready = ({ option, value }: Term) => coefficient(kind, option, value, scalingFactor(scaling));
  const l1 = terms.l1 && ready(terms.l1);
  const l2 = terms.l2 && ready(terms.l2);
  const used1 = l1?.isZero ? undefined : l1;
  const used2 = l2?.isZero ? undefined : l2;
  if (!used1 && !used2) return { name };
  const scalars = { ...used1?.scalars, ...used2?.scalars };
  return {
    name,
    ...(Object.keys(scalars).length > 0 && { scalars }),
    penalty(tensors, step) {
      const weights = select(tensors).map((key) => tensors[key]!);
      const coefficients = {
        l1: used1 && scaleByBatch(used1.read(step), scaling, step),
        l2: used2 && scaleByBatch(used2.read(step), scaling, step),
      };
      return normPenalty(weights, coefficients, scaling === 'norm');
    },
  };
}

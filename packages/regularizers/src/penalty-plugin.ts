import type { Config, ParameterSelector, Plugin, Schedule } from '@espalier/core';
import { option } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { normPenalty } from './norm-penalty.js';
import type { Scaling } from './scaling.js';
import { scaleByBatch, SCALINGS, scalingFactor } from './scaling.js';
import type { SelectionOptions } from './selection.js';
import { selection, selectionRules } from './selection.js';

/** Options that the penalties share. */
export interface PenaltyOptions extends SelectionOptions {
  /** What lambda multiplies, see {@link Scaling}. Default `sum`. */
  readonly scaling?: Scaling;
}

/** The rules of {@link PenaltyOptions} for a plugin of this kind. */
export function penaltyRules(kind: string) {
  return { scaling: option.oneOf(SCALINGS, { default: 'sum' }), ...selectionRules(kind) };
}

/** The rule of a penalty's weight. */
export const weightRule = option.schedule({ min: 0 });

/** A term of a penalty: its option's name and value. */
interface Term {
  readonly option: string;
  readonly value: number | Schedule;
}

interface Settings {
  readonly scaling: Scaling;
  readonly parameters: ParameterSelector;
  readonly name: string;
}

/** A plugin that adds L1 and L2 terms to the objective; terms that are 0 for good are left out. */
export function penaltyPlugin(
  { scaling, parameters, name }: Settings,
  config: Config,
  terms: { readonly l1?: Term; readonly l2?: Term },
): Plugin<never, never> {
  const select = selection(config.kind, parameters);
  const ready = ({ option, value }: Term) => coefficient(option, value, scalingFactor(scaling));
  const l1 = terms.l1 && ready(terms.l1);
  const l2 = terms.l2 && ready(terms.l2);
  const used1 = l1?.isZero ? undefined : l1;
  const used2 = l2?.isZero ? undefined : l2;
  if (!used1 && !used2) return { name, config };
  const scalars = { ...used1?.scalars, ...used2?.scalars };
  return {
    name,
    config,
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

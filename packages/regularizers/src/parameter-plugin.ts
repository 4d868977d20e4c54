import type { Tensor } from '@tensorflow/tfjs-core';
import type { Config, ParameterSelector, Plugin, Schedule, StepContext } from '@espalier/core';
import { selection } from './selection.js';

/** What a plugin does to one parameter after the optimizer. `previous` is its value before. */
export type ParameterMap = (parameter: Tensor, previous: Tensor, name: string) => Tensor;

/** A plugin that maps each selected parameter after the optimizer; `prepare` makes what they share in a step. */
export function parameterPlugin(
  { name, parameters }: { readonly name: string; readonly parameters: ParameterSelector },
  config: Config,
  scalars: Readonly<Record<string, Schedule>>,
  prepare: (step: StepContext) => ParameterMap,
): Plugin<never, never> {
  const select = selection(config.kind, parameters);
  return {
    name,
    config,
    ...(Object.keys(scalars).length > 0 && { scalars }),
    transformParameters(tensors, previous, step) {
      const map = prepare(step);
      const next: Record<string, Tensor> = { ...tensors };
      for (const key of select(tensors)) next[key] = map(tensors[key]!, previous[key]!, key);
      return next;
    },
  };
}

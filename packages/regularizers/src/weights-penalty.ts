import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Config, ParameterSelector, Plugin, Schedule } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { selection } from './selection.js';

/** One parameter's term of a penalty, and its gradient. */
export interface WeightsTerm {
  value(w: Tensor, name: string): Tensor;
  slope(w: Tensor, name: string): Tensor;
}

interface Settings {
  readonly lambda: number | Schedule;
  readonly parameters: ParameterSelector;
  readonly name: string;
}

/** A plugin that adds `lambda` times a term of each selected parameter to the objective. */
export function weightsPenalty(
  { lambda, parameters, name }: Settings,
  config: Config,
  term: WeightsTerm,
): Plugin<never, never> {
  const select = selection(config.kind, parameters);
  const weight = coefficient('lambda', lambda);
  if (weight.isZero) return { name, config };
  return {
    name,
    config,
    ...(Object.keys(weight.scalars).length > 0 && { scalars: weight.scalars }),
    penalty(tensors, step) {
      const terms = select(tensors).map((key) => {
        const op = tf.customGrad((w, save) => {
          (save as tf.GradSaveFunc)([w as Tensor]);
          return {
            value: term.value(w as Tensor, key),
            gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(term.slope(saved[0]!, key), dy),
          };
        });
        return op(tensors[key]!);
      });
      const sum = terms.reduce((total, one) => tf.add(total, one));
      return tf.mul(sum, weight.read(step)) as Scalar;
    },
  };
}

import * as tf from '@tensorflow/tfjs-core';
import { option, type Plugin, readOptions, type Schedule } from '@espalier/core';
import { coefficient } from './coefficient.js';

/** Options of {@link sam}. */
export interface SamOptions {
  /** Radius of the neighbourhood > 0 in units of the parameters, or its schedule, which may be 0. Default 0.05. */
  readonly rho?: number | Schedule;
  /** Measure the radius relative to each weight, as ASAM; then `rho` is larger, e.g. 0.5 or 2. Default false. */
  readonly adaptive?: boolean;
  /** The plugin's name. Default `sam`. */
  readonly name?: string;
}

/**
 * Sharpness-aware minimisation: the optimizer gets the gradient at the worst point near the weights, which leads to flat minima.
 *
 * ```text
 * w' = w + rho g / (norm2(g) + 1e-12),             g the gradient of the objective at w
 * w' = w + rho w^2 g / (norm2(abs(w) g) + 1e-12)   with adaptive
 * ```
 *
 * Norms are over all parameters together; the update of w is that of the optimizer for the gradient at w'. Any optimizer will do.
 * A step takes two forward and two backward passes, with the same batch and the same random numbers in both; loss, metrics and the
 * averages of batch normalisation are those of the first. It needs `accumulate: 1`. Kernels: 3 per parameter, and those of a second
 * step without its update.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = sam({ rho: 0.05 });
 * ```
 * @see Foret et al., Sharpness-aware minimization for efficiently improving generalization, 2021, algorithm 1; adaptive: Kwon et al.,
 *   ASAM, 2021, without its constant eta.
 */
export function sam(options: SamOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('sam', options, {
    rho: option.schedule({ min: 0, default: 0.05 }),
    adaptive: option.boolean({ default: false }),
    name: option.text({ default: 'sam' }),
  });
  const { adaptive, name } = values;
  const rho = coefficient('rho', values.rho);
  if (rho.isZero) return { name, config };
  return {
    name,
    config,
    ...(Object.keys(rho.scalars).length > 0 && { scalars: rho.scalars }),
    perturbParameters(parameters, gradients, step) {
      const names = Object.keys(gradients);
      if (names.length === 0) return parameters;
      const scaled = names.map((key) =>
        adaptive ? tf.mul(tf.abs(parameters[key]!), gradients[key]!) : gradients[key]!,
      );
      const squares = scaled.map((gradient) => tf.sum(tf.square(gradient)));
      const length = tf.sqrt(squares.length === 1 ? squares[0]! : tf.addN(squares));
      const factor = tf.div(rho.read(step), tf.add(length, 1e-12));
      const moved = names.map((key, i) => {
        const way = adaptive ? tf.mul(tf.abs(parameters[key]!), scaled[i]!) : scaled[i]!;
        return [key, tf.add(parameters[key]!, tf.mul(way, factor))] as const;
      });
      return { ...parameters, ...Object.fromEntries(moved) };
    },
  };
}

import {
  type Executor,
  type Metric,
  type PerOutput,
  type Plugin,
  Trainer as CoreTrainer,
  type TrainerOptions as CoreTrainerOptions,
} from '@espalier/core';
import { auto } from './auto.js';

/** Options of the trainer of `@espalier/core`, with the executor `auto` as the default. */
export type TrainerOptions<
  M extends PerOutput<readonly Metric[]> = PerOutput<readonly Metric[]>,
  P extends readonly Plugin[] = readonly Plugin[],
> = Omit<CoreTrainerOptions<M, P>, 'executor'> & { readonly executor?: Executor | 'auto' };

/**
 * The trainer of `@espalier/core` on the best executor present, see {@link auto}.
 *
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss: softmaxCrossEntropy(), optimizer: adam(), metrics: [accuracy()] });
 * ```
 */
export class Trainer<
  const M extends PerOutput<readonly Metric[]> = readonly [],
  const P extends readonly Plugin[] = readonly [],
> extends CoreTrainer<M, P> {
  constructor(options: TrainerOptions<M, P>) {
    const { executor } = (options ?? {}) as Partial<TrainerOptions<M, P>>;
    const chosen = executor === undefined || executor === 'auto' ? { executor: auto() } : {};
    // What is no object is refused by core.
    super(
      (typeof options === 'object' && options !== null
        ? { ...options, ...chosen }
        : options) as CoreTrainerOptions<M, P>,
    );
  }
}

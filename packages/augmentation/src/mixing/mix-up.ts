import type { Tensor } from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { choose, chosenWith } from '../choose.js';
import { betaNumbers, mixed, mixTargets } from './partners.js';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link mixUp} and {@link cutMix}. */
export interface MixingOptions {
  /** Both parameters of the Beta distribution of the shares, above 0 to 100; 1 is uniform. Default 0.2 of {@link mixUp}, 1 of {@link cutMix}. */
  readonly alpha?: number;
  /** Share of the examples that are mixed, 0 to 1. Default 1. */
  readonly probability?: number;
  /** Number of classes >= 2; needed for integer labels, which become rows. */
  readonly classes?: number;
  /** Names of the inputs. Default: of {@link mixUp} every float32 input, of {@link cutMix} every one of rank 4. */
  readonly inputs?: readonly string[];
  /** Names of the targets that are mixed too. Default: all. */
  readonly targets?: readonly string[];
  /** The plugin's name. Default `mix-up` and `cut-mix`. */
  readonly name?: string;
}

/** The rules of {@link MixingOptions}. */
export function mixingRules<const A extends number, const N extends string>(alpha: A, name: N) {
  return {
    alpha: option.number({ min: 0, exclusiveMin: true, max: 100, default: alpha as number }),
    probability: option.number({ min: 0, max: 1, default: 1 }),
    classes: option.integer({ min: 2, optional: true }),
    inputs: option.names({ optional: true }),
    targets: option.names({ optional: true }),
    name: option.text({ default: name as string }),
  };
}

/**
 * MixUp: each example becomes `share * its own + (1 - share) * another`, inputs and targets alike, share ~ Beta(alpha, alpha).
 *
 * Integer labels become rows of probabilities, so the loss must take those. As Keras's `MixUp`, with a share for each example; torchvision
 * draws one for a batch. Example weights are mixed alike.
 *
 * @throws EspalierError `invalid-option`; in the first step where labels have no `classes`, or an input is no float32.
 * @example
 * ```ts
 * const plugin = mixUp({ alpha: 0.2, classes: 10 });
 * ```
 * @see Zhang et al., mixup: beyond empirical risk minimization, 2018.
 */
export function mixUp(options: MixingOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('mix-up', options, mixingRules(0.2, 'mix-up'));
  const { alpha, probability, inputs, name } = values;
  if (probability === 0) return { name, config };
  const numbers = betaNumbers(alpha);
  return {
    name,
    config,
    transformBatch(batch, step) {
      if (!step.training) return batch;
      const { lookUps = [] } = batch;
      const floats = Object.keys(batch.inputs).filter(
        (key) => batch.inputs[key]!.dtype === 'float32' && !lookUps.includes(key),
      );
      const examples = Object.values(batch.inputs)[0]!.shape[0]!;
      let share: Tensor = numbers(step.random('share', [examples, 1, 1, 1]));
      if (probability < 1) {
        const chosen = chosenWith(probability, step.random('chosen', [examples, 1, 1, 1]));
        share = choose(chosen, share, tf.onesLike(share));
      }
      const next: Record<string, Tensor> = { ...batch.inputs };
      for (const key of inputs ?? floats) {
        if (!floats.includes(key)) {
          throw new EspalierError({
            code: 'invalid-option',
            scope: 'mix-up',
            message: `'${key}' is not an input of float32 numbers; there are: ${floats.join(', ') || '(none)'}.`,
          });
        }
        next[key] = mixed(batch.inputs[key]!, share);
      }
      return { ...mixTargets('mix-up', batch, share, values), inputs: next };
    },
  };
}

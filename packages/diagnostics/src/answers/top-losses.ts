import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import type { AnyArray } from '../given-arrays.js';
import { asTensor, failData, hostArray } from '../given-arrays.js';

/** Options of {@link topLosses}. */
export interface TopLossesOptions {
  /** At most so many. Default 10. */
  readonly limit?: number;
}

/** One example and what the model made of it. */
export interface TopLoss {
  /** Which of the N examples. */
  readonly index: number;
  /** null where it is not finite. */
  readonly loss: number | null;
  /** The model's output, flat. */
  readonly output: readonly number[];
  /** The target, flat. */
  readonly target: readonly number[];
}

/**
 * The examples that a model gets most wrong: those of the largest loss, such as wrong labels.
 *
 * @param loss As the trainer has it.
 * @param outputs `[N, ...]`, e.g. what `trainer.predict` gives.
 * @param targets `[N, ...]`.
 * @param options.limit Default 10.
 * @returns The largest loss first; what is not finite before all others.
 * @throws EspalierError `invalid-option`, `invalid-data`.
 * @example
 * ```ts
 * for (const { index, loss: size } of await topLosses(loss, logits, tf.tensor1d([0, 2], 'int32')))
 *   console.log(index, size);
 * ```
 */
export async function topLosses(
  loss: Loss,
  outputs: AnyArray,
  targets: AnyArray,
  options: TopLossesOptions = {},
): Promise<TopLoss[]> {
  const { limit } = readOptions('top-losses', options, {
    limit: option.integer({ min: 1, default: 10 }),
  }).values;
  if (typeof loss?.perExample !== 'function') checkOptions('top-losses').fail('loss', 'a loss', loss);
  prepareTfjs();
  const given = await hostArray('top-losses', 'outputs', outputs);
  const wanted = await hostArray('top-losses', 'targets', targets);
  const [examples] = given.shape;
  if (examples !== wanted.shape[0] || !examples)
    failData('top-losses', `outputs are [${given.shape}], targets [${wanted.shape}].`);
  loss.checkTargets?.(wanted, given.shape);
  const made = tf.tidy(() => {
    const [output, target] = [tf.clone(asTensor(given)), tf.clone(asTensor(wanted))];
    const losses = loss.perExample(output, target);
    if (losses.shape.length !== 1 || losses.shape[0] !== examples)
      failData(
        'top-losses',
        `the loss must give [${examples}], one number for each example, got [${losses.shape}].`,
      );
    return { output, target, losses };
  });
  try {
    const [output, target, losses] = await Promise.all([
      made.output.data(),
      made.target.data(),
      made.losses.data(),
    ]);
    const rank = (i: number): number => (Number.isFinite(losses[i]!) ? losses[i]! : Infinity);
    const order = Array.from(losses, (_, i) => i).sort((a, b) =>
      rank(a) === rank(b) ? a - b : rank(b) - rank(a),
    );
    const row = (data: ArrayLike<number>, i: number): number[] => {
      const size = data.length / losses.length;
      return Array.from({ length: size }, (_, j) => data[i * size + j]!);
    };
    return order.slice(0, limit).map((index) => ({
      index,
      loss: Number.isFinite(losses[index]!) ? losses[index]! : null,
      output: row(output, index),
      target: row(target, index),
    }));
  } finally {
    tf.dispose(made);
  }
}

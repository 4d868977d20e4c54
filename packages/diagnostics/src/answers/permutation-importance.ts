import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';

/** Options of {@link permutationImportance}. */
export interface PermutationImportanceOptions {
  /** How often each column is shuffled. Default 5. */
  readonly repeats?: number;
  /** One for each column. Default: its number. */
  readonly names?: readonly string[];
  /** Default 0. */
  readonly seed?: number;
}

/** How much a score hangs on one column. */
export interface PermutationImportance {
  readonly name: string;
  /** Mean fall of the score when the column is shuffled. */
  readonly importance: number;
  /** Standard deviation over the repeats; the divisor is their number. */
  readonly deviation: number;
}

/**
 * Permutation importance: how much a score falls when one column of the inputs is shuffled among the examples. Columns that say the same
 * stand in for each other, and both seem to matter little.
 *
 * Asks for the score `columns x repeats + 1` times.
 *
 * @param score The score of inputs `[N, ...]`, higher is better: e.g. the accuracy, or minus the loss.
 * @param inputs `[N, F, ...]`; a column is an entry of the second axis with all that is in it.
 * @param options.repeats Default 5.
 * @param options.names Default: numbers.
 * @param options.seed Default 0.
 * @returns One record for each column, in their order.
 * @throws EspalierError `invalid-option`; `invalid-data` for inputs without columns, and a score that is not finite.
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss, optimizer });
 * const rows = { data: new Float32Array(200), shape: [100, 2], dtype: 'float32' } as const;
 * const found = await permutationImportance(async (given) => {
 *   const answers = tf.tensor(Float32Array.from(given.data), [100, 2]);
 *   const outputs = (await trainer.predict(answers)) as tf.Tensor;
 *   return (await tf.neg(tf.mean(tf.square(outputs))).data())[0]!;
 * }, rows);
 * console.log(found);
 * ```
 *
 * Breiman, Random forests, 2001. As scikit-learn's `permutation_importance`.
 */
export async function permutationImportance(
  score: (inputs: HostArray) => number | Promise<number>,
  inputs: AnyArray,
  options: PermutationImportanceOptions = {},
): Promise<PermutationImportance[]> {
  const { repeats, names, seed } = readOptions('permutation-importance', options, {
    repeats: option.integer({ min: 1, default: 5 }),
    names: option.names({ optional: true }),
    seed: option.seed({ default: 0 }),
  }).values;
  const check = checkOptions('permutation-importance');
  if (typeof score !== 'function') check.fail('score', 'a function of inputs that gives a number', score);
  const given = await hostArray('permutation-importance', 'inputs', inputs);
  const [examples = 0, columns = 0] = given.shape;
  if (examples === 0 || columns === 0)
    failData(
      'permutation-importance',
      `inputs must be [N, F, ...] with examples and columns, got [${given.shape}].`,
    );
  if (names && names.length !== columns) check.fail('names', `${columns} names, one for each column`, names);
  const ask = async (array: HostArray): Promise<number> => {
    const value: unknown = await score(array);
    if (!Number.isFinite(value))
      failData('permutation-importance', `the score must be a finite number, got ${describe(value)}.`);
    return value as number;
  };
  const whole = await ask(given);
  const size = given.data.length / examples;
  const width = size / columns;
  const found: PermutationImportance[] = [];
  for (let column = 0; column < columns; column++) {
    const falls: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = stream(seed, `permutation-importance/${column}`, repeat).permutation(examples);
      const data = given.data.slice();
      order.forEach((from, to) => {
        const start = from * size + column * width;
        data.set(given.data.subarray(start, start + width), to * size + column * width);
      });
      falls.push(whole - (await ask({ ...given, data } as HostArray)));
    }
    const mean = falls.reduce((sum, fall) => sum + fall, 0) / repeats;
    const variance = falls.reduce((sum, fall) => sum + (fall - mean) ** 2, 0) / repeats;
    found.push({ name: names?.[column] ?? String(column), importance: mean, deviation: Math.sqrt(variance) });
  }
  return found;
}

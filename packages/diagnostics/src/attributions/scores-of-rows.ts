import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { AnyArray } from '../given-arrays.js';
import { failData } from '../given-arrays.js';
import { applyLayers } from '../layers/run-layers.js';
import type { AttributionOptions } from './score.js';
import { scorer } from './score.js';

/** Asks a model about rows in place of one example; `[rows]`, the scores of that example's target. */
type AskRows = (example: number, rows: ArrayLike<number>, count: number) => Promise<Float64Array>;

/** So many rows are run at once. */
const AT_ONCE = 1024;

/**
 * Lets `body` ask a model of one input about other rows in place of each example.
 *
 * @returns What `body` gave, and the columns of the output that are explained.
 */
export async function scoresOfRows<T>(
  scope: string,
  model: tfl.LayersModel,
  inputs: AnyArray,
  options: { [K in keyof AttributionOptions]?: AttributionOptions[K] | undefined },
  body: (ask: AskRows) => Promise<T>,
): Promise<{ readonly targets: readonly number[]; readonly scores: T }> {
  const first = scorer(scope, model, inputs, options);
  try {
    const names = Object.keys(first.inputs);
    if (names.length !== 1)
      failData(scope, `the model has the inputs ${names.join(', ')}; only models of one are explained.`);
    const name = names[0]!;
    const shape = first.inputs[name]!.shape.slice(1);
    const width = shape.reduce((product, length) => product * length, 1);
    const scores = await body(async (example, rows, count) => {
      const found = new Float64Array(count);
      for (let from = 0; from < count; from += AT_ONCE) {
        const here = Math.min(AT_ONCE, count - from);
        const values = Float32Array.from({ length: here * width }, (_, i) => rows[from * width + i]!);
        const got = tf.tidy(() => {
          const asked = { [name]: tf.tensor(values, [here, ...shape], 'float32') };
          const outputs = applyLayers(first.bound, asked, first.bound.weights(), () => undefined);
          const output = outputs[options.output ?? Object.keys(outputs)[0]!]!;
          return tf.slice(output, [0, first.targets[example]!], [here, 1]);
        });
        found.set(await got.data(), from);
        got.dispose();
      }
      if (!found.every(Number.isFinite)) failData(scope, 'the model gives outputs that are not finite.');
      return found;
    });
    return { targets: first.targets, scores };
  } finally {
    first.dispose();
  }
}

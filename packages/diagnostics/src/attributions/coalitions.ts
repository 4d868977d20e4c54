import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { checkArray, failData, hostArray } from '../given-arrays.js';
import type { AttributionOptions, Scorer } from './score.js';
import { scorer } from './score.js';

/** A model as a game: what the score is on average where only some columns of an example are known. Dispose it. */
export interface Coalitions {
  readonly examples: number;
  readonly columns: number;
  readonly targets: readonly number[];
  /** `[N]`: the mean score with the known columns from the example, all others from each row of the background. */
  value(known: readonly boolean[]): Promise<Float64Array>;
  dispose(): void;
}

/** @throws EspalierError `invalid-data` for a model of several inputs and a background that does not fit; as `scorer`. */
export async function coalitionsOf(
  scope: string,
  model: tfl.LayersModel,
  inputs: AnyArray,
  background: AnyArray,
  options: { [K in keyof AttributionOptions]?: AttributionOptions[K] | undefined },
): Promise<Coalitions> {
  checkArray(scope, 'background', background);
  const first = scorer(scope, model, inputs, options);
  let repeated: Scorer | undefined;
  try {
    const names = Object.keys(first.inputs);
    if (names.length !== 1)
      failData(scope, `the model has the inputs ${names.join(', ')}; only models of one are explained.`);
    const name = names[0]!;
    const given = first.inputs[name]!;
    const [examples = 0, columns = 0] = given.shape;
    const host = await hostArray(scope, 'background', background);
    const rows = host.shape[0] ?? 0;
    if (rows === 0 || String(host.shape.slice(1)) !== String(given.shape.slice(1)))
      failData(
        scope,
        `the background must be [B, ${given.shape.slice(1)}] of at least one row, got [${host.shape}].`,
      );
    const [values, others] = [Float32Array.from(await given.data()), Float32Array.from(toTensorData(host))];
    if (columns === 0 || !values.every(Number.isFinite) || !others.every(Number.isFinite))
      failData(scope, 'inputs and background must be [N, F, ...] of finite numbers.');
    const size = values.length / examples;
    const width = size / columns;
    const shape = [examples * rows, ...given.shape.slice(1)];
    const mixed = (known: readonly boolean[]): Float32Array => {
      const data = new Float32Array(examples * rows * size);
      for (let n = 0; n < examples; n++)
        for (let b = 0; b < rows; b++)
          known.forEach((own, column) => {
            const [from, start] = own ? [values, n * size] : [others, b * size];
            const at = start + column * width;
            data.set(from.subarray(at, at + width), (n * rows + b) * size + column * width);
          });
      return data;
    };
    const all = tf.tensor(mixed(new Array<boolean>(columns).fill(true)), shape, 'float32');
    try {
      const targets = first.targets.flatMap((target) => new Array<number>(rows).fill(target));
      repeated = scorer(scope, model, all, { ...options, targets });
    } finally {
      all.dispose();
    }
    const whole = repeated;
    return {
      examples,
      columns,
      targets: first.targets,
      async value(known) {
        const scores = tf.tidy(() => whole.scores({ [name]: tf.tensor(mixed(known), shape, 'float32') }));
        const each = await scores.data();
        scores.dispose();
        const means = new Float64Array(examples);
        each.forEach((score, i) => (means[Math.floor(i / rows)]! += score / rows));
        if (!means.every(Number.isFinite)) failData(scope, 'the model gives outputs that are not finite.');
        return means;
      },
      dispose: () => whole.dispose(),
    };
  } catch (error) {
    repeated?.dispose();
    throw error;
  } finally {
    first.dispose();
  }
}

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HostArray } from './arrays.js';
import type { Dataset, HostBatch } from './dataset.js';
import { momentum, squaredError } from '../toy-parts.fixture.js';
import { Trainer } from '../run/trainer.js';

beforeAll(() => tf.setBackend('cpu'));

function words(data: HostArray['data'], extra: Partial<HostArray> = {}): Dataset {
  const size = data.length / 2;
  const arrays: HostBatch = {
    inputs: { input: { data, shape: [size, 2], dtype: 'int32', ...extra } },
    targets: { target: { data: new Float32Array(size), shape: [size, 1], dtype: 'float32' } },
  };
  return {
    size,
    inputs: { input: { shape: [2], dtype: arrays.inputs['input']!.dtype } },
    targets: { target: { shape: [1], dtype: 'float32' } },
    arrays,
    batch: (indices) => ({
      inputs: {
        input: { ...arrays.inputs['input']!, data: rows(data, indices, 2), shape: [indices.length, 2] },
      },
      targets: {
        target: { data: new Float32Array(indices.length), shape: [indices.length, 1], dtype: 'float32' },
      },
    }),
  };
}

function rows(data: HostArray['data'], indices: Uint32Array, width: number): HostArray['data'] {
  const taken = [...indices].flatMap((row) => [...data.slice(row * width, (row + 1) * width)]);
  return data instanceof Int32Array ? Int32Array.from(taken) : Uint8Array.from(taken);
}

function trainer(reshaped = false): Trainer {
  const layers = tfl.layers;
  const model = tfl.sequential({
    layers: [
      ...(reshaped ? [layers.reshape({ targetShape: [2], inputShape: [2] })] : []),
      layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 2, name: 'table', inputShape: [2] }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
  });
  return new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) });
}

describe('ids that an embedding has no row for', () => {
  test.each([false, true])(
    'are refused before the first step, in fit and evaluate (behind a reshape: %s)',
    async (reshaped) => {
      for (const [ids, message] of [
        [Int32Array.of(0, 1, 2, -1), /has -1 in example 1; layer 'table' looks up 0 to 4/],
        [Int32Array.of(0, 5, 2, 1), /has 5 in example 0; layer 'table'/],
        [Uint8Array.of(0, 1, 2, 3, 4, 255), /has 255 in example 2/],
      ] as const) {
        await expect(trainer(reshaped).fit(words(ids), { epochs: 1 })).rejects.toThrow(message);
        await expect(trainer(reshaped).evaluate(words(ids))).rejects.toMatchObject({ code: 'invalid-data' });
      }
    },
  );

  test('are those of the smallest table that an input goes into', async () => {
    const input = tfl.input({ shape: [2] });
    const tables = [9, 3, 6].map((inputDim, i) =>
      tfl.layers.embedding({ inputDim, outputDim: 2, name: `table_${i}` }).apply(input),
    ) as tfl.SymbolicTensor[];
    const joined = tfl.layers.flatten().apply(tfl.layers.concatenate().apply(tables)) as tfl.SymbolicTensor;
    const output = tfl.layers.dense({ units: 1 }).apply(joined) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: output });
    const subject = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) });
    await expect(subject.evaluate(words(Int32Array.of(0, 3)))).rejects.toThrow(
      "layer 'table_1' looks up 0 to 2",
    );
    await expect(subject.evaluate(words(Int32Array.of(0, 2)))).resolves.toHaveProperty('loss');
  });

  test('and only those', async () => {
    const record = await trainer().fit(words(Int32Array.of(0, 1, 2, 3, 4, 4)), { epochs: 1 });
    expect(record.epochs).toHaveLength(1);
    const scaled = words(Uint8Array.of(0, 250), { dtype: 'float32', scale: 1 / 50 });
    await expect(trainer().evaluate(scaled)).rejects.toThrow('has 5 in example 0');
  });
});

test('what is no data set is refused by name, with what to write', async () => {
  const good = words(Int32Array.of(0, 1, 2, 3));
  const x = [[0, 1]];
  await expect(trainer().fit({ x, y: x } as never, { epochs: 1 })).rejects.toThrow(
    'write fromArrays({ inputs: x',
  );
  await expect(trainer().evaluate({} as never)).rejects.toThrow('must be a data set with batch()');
  await expect(trainer().fit(good, { epochs: 1, validation: {} as never })).rejects.toMatchObject({
    code: 'invalid-data',
  });
});

test.each([0.5, -0.5, NaN])('a row number of %d is refused, in a prediction, too', async (id) => {
  const wrong = tf.tensor2d([[0, id]]);
  await expect(trainer().predict(wrong)).rejects.toThrow('looks up 0 to 4, whole numbers');
});

test.each<[string, HostArray['data'], HostArray['data'] | undefined, string]>([
  [
    'a weight below 0',
    Float32Array.of(1, 2),
    Float32Array.of(1, -1),
    'has -1 in example 1; weights are finite and >= 0',
  ],
  ['NaN in a Float64Array', new Float64Array([1, NaN]) as never, undefined, 'has NaN in example 1'],
])('%s is refused', async (_, x, weights, message) => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  const batch: HostBatch = {
    inputs: { input: { data: x, shape: [2, 1], dtype: 'float32' } },
    targets: { target: { data: new Float32Array(2), shape: [2, 1], dtype: 'float32' } },
    ...(weights ? { weights: { target: { data: weights, shape: [2], dtype: 'float32' as const } } } : {}),
  };
  const data: Dataset = {
    size: 2,
    inputs: { input: { shape: [1], dtype: 'float32' } },
    targets: { target: { shape: [1], dtype: 'float32' } },
    batch: () => batch,
  };
  const subject = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) });
  await expect(subject.fit(data, { epochs: 1, batchSize: 2 })).rejects.toThrow(message);
});

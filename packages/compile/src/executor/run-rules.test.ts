import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Dataset, eager, type Loss, type Plugin, Trainer } from '@espalier/core';
import { toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

/** Examples of two numbers; the target is one. */
function data(inputs: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Dataset {
  const rows = (indices: Uint32Array) => [...indices].flatMap((i) => inputs.slice(2 * i, 2 * i + 2));
  return {
    size: inputs.length / 2,
    inputs: { input: { shape: [2], dtype } },
    targets: { target: { shape: [1], dtype: 'float32' } },
    batch: (indices) => ({
      inputs: {
        input: {
          data: dtype === 'int32' ? Int32Array.from(rows(indices)) : Float32Array.from(rows(indices)),
          shape: [indices.length, 2],
          dtype,
        },
      },
      targets: {
        target: { data: Float32Array.from(indices, (i) => i), shape: [indices.length, 1], dtype: 'float32' },
      },
    }),
  };
}

const loss: Loss = {
  name: 'squares',
  perExample: (outputs, targets) => tf.mean(tf.square(tf.sub(outputs, targets)), 1),
};

describe.each([
  ['eager', eager],
  ['onnx', () => compiled({ target: 'onnx' })],
  ['wasm', () => compiled({ target: 'wasm' })],
])('on %s', (_, executor) => {
  test('what is trained changes between runs of a trainer, and not within one', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ name: 'a', units: 2, inputShape: [2], kernelInitializer: 'ones' }),
        tfl.layers.dense({ name: 'b', units: 1, kernelInitializer: 'ones' }),
      ],
    });
    let freeze = true;
    const plugin: Plugin = {
      name: 'freeze',
      onEpochEnd: ({ epoch }) => void (model.layers[0]!.trainable = !(freeze && epoch === 1)),
    };
    const parts = { model, loss, optimizer: toyOptimizer(0.01), executor: executor() };
    const trainer = new Trainer({ ...parts, plugins: [plugin] });
    const examples = data([1, 2, 3, 1, 2, 2, 0, 1]);
    const options = { epochs: 4, batchSize: 2 };
    const kernels = async () => {
      const weights = await trainer.getWeights();
      return ['a/kernel', 'b/kernel'].map((name) => [...weights[name]!.data]);
    };
    await expect(trainer.fit(examples, options)).rejects.toThrow('`trainable` of a layer was changed');
    const [a, b] = await kernels();

    // Still frozen; the plugin thaws it after the first epoch.
    await expect(trainer.fit(examples, options)).rejects.toThrow('`trainable` of a layer was changed');
    const [still, moved] = await kernels();
    expect(still).toEqual(a);
    expect(moved).not.toEqual(b);

    freeze = false;
    await trainer.fit(examples, options);
    expect((await kernels())[0]).not.toEqual(a);
  });

  test.each([-1, 3])(
    'the id %i of an embedding of 3 rows is refused in fit, evaluate and predict',
    async (id) => {
      const model = tfl.sequential({
        layers: [
          tfl.layers.embedding({ name: 'words', inputDim: 3, outputDim: 2, inputLength: 2 }),
          tfl.layers.flatten(),
          tfl.layers.dense({ units: 1 }),
        ],
      });
      const trainer = new Trainer({ model, loss, optimizer: toyOptimizer(), executor: executor() });
      const message = `has ${id} in example`;
      for (const dtype of ['int32', 'float32'] as const) {
        const bad = data([0, 1, 2, id], dtype);
        await expect(trainer.fit(bad, { epochs: 1 })).rejects.toThrow(message);
        await expect(trainer.evaluate(bad)).rejects.toThrow(message);
        await expect(trainer.predict(bad)).rejects.toThrow(message);
        await expect(trainer.predict(tf.tensor2d([[0, id]], [1, 2], dtype))).rejects.toThrow(message);
      }
      expect((await trainer.fit(data([0, 1, 2, 0], 'int32'), { epochs: 1 })).status).toBe('completed');
    },
  );

  test('a loss that is NaN in every epoch is told', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 1,
          inputShape: [2],
          kernelInitializer: tfl.initializers.constant({ value: NaN }),
        }),
      ],
    });
    const trainer = new Trainer({ model, loss, optimizer: toyOptimizer(), executor: executor() });
    const { events } = await trainer.fit(data([1, 2, 3, 4]), { epochs: 2 });
    expect(events.filter(({ source }) => source === 'trainer').map(({ message }) => message)).toEqual([
      expect.stringMatching('^the run is no longer finite: loss is NaN after epoch 0'),
    ]);
  });
});

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Checkpoint, type Executor, type Plugin, type RunRecord, Trainer } from '@espalier/core';
import { toyCrossEntropy, toyDataset, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

function data(examples: number, shape: readonly number[]) {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return toyDataset({
    inputs: {
      input: {
        data: Float32Array.from({ length: examples * size }, (_, i) => Math.sin(i)),
        shape: [examples, ...shape],
        dtype: 'float32',
      },
    },
    targets: {
      target: {
        // One-hot rows of three classes.
        data: Float32Array.from({ length: examples * 3 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3)),
        shape: [examples, 3],
        dtype: 'float32',
      },
    },
  });
}

function dense(inputs: number, units: number): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({
        units,
        inputShape: [inputs],
        name: 'hidden',
        kernelInitializer: tfl.initializers.constant({ value: 0.01 }),
      }),
      tfl.layers.dense({
        units: 3,
        name: 'output',
        kernelInitializer: tfl.initializers.constant({ value: 0.02 }),
      }),
    ],
  });
}

async function train(
  model: tfl.LayersModel,
  shape: readonly number[],
  executor: Executor,
  { plugins = [], resumeFrom }: { plugins?: Plugin[]; resumeFrom?: Checkpoint } = {},
): Promise<{ record: RunRecord; weights: number[] }> {
  const trainer = new Trainer({
    model,
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(0.01),
    executor,
    plugins,
    seed: 1,
  });
  const record = await trainer.fit(data(16, shape), {
    epochs: 2,
    batchSize: 8,
    validation: data(4, shape),
    ...(resumeFrom ? { resumeFrom } : {}),
  });
  const weights = Object.values(await trainer.getWeights()).flatMap(({ data: values }) => [...values]);
  return { record, weights };
}

describe('compiled() by itself', () => {
  test('runs a small step as WebAssembly, to the bits of that target', async () => {
    const own = await train(dense(4, 5), [4], compiled());
    expect(own.record.executor).toBe('compiled (wasm)');
    const pinned = await train(dense(4, 5), [4], compiled({ target: 'wasm' }));
    expect(own.weights).toEqual(pinned.weights);
  });

  test('looks at a step no more often than where its target is pinned, in a second run either', async () => {
    const traces = async (executor: Executor): Promise<number[]> => {
      let calls = 0;
      const plain = toyCrossEntropy();
      const loss: typeof plain = {
        ...plain,
        perExample: (...given) => {
          calls++;
          return plain.perExample(...given);
        },
      };
      const trainer = new Trainer({
        model: dense(4, 5),
        loss,
        optimizer: toyOptimizer(0.01),
        executor,
        seed: 1,
      });
      const counts: number[] = [];
      for (let run = 0; run < 2; run++) {
        await trainer.fit(data(16, [4]), { epochs: 1, batchSize: 8 });
        counts.push(calls);
      }
      return counts;
    };
    const pinned = await traces(compiled({ target: 'wasm' }));
    expect(pinned).toEqual([3, 4]);
    expect(await traces(compiled())).toEqual(pinned);
  });

  test('runs a step in which products dominate on ONNX Runtime', async () => {
    const own = await train(dense(1200, 1000), [1200], compiled());
    expect(own.record.executor).toBe('compiled (cpu)');
  });

  test('runs convolutions on ONNX Runtime', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3 }),
      ],
    });
    expect((await train(model, [5, 5, 1], compiled())).record.executor).toBe('compiled (cpu)');
  });

  test('goes on in the middle of a run that the other target began', async () => {
    let saved: Checkpoint | undefined;
    const saver: Plugin = {
      name: 'saver',
      async onStepEnd(run) {
        if (run.step === 3) saved = await run.checkpoint();
      },
    };
    const whole = await train(dense(4, 5), [4], compiled(), { plugins: [saver] });
    const quiet: Plugin = { name: 'saver' };
    const resumed = await train(dense(4, 5), [4], compiled(), { plugins: [quiet], resumeFrom: saved! });
    expect(resumed.weights).toEqual(whole.weights);
    const native = compiled({ target: 'onnx' });
    const moved = await train(dense(4, 5), [4], native, { plugins: [quiet], resumeFrom: saved! });
    moved.weights.forEach((weight, i) => expect(weight).toBeCloseTo(whole.weights[i]!, 5));
  });

  test('an option of ONNX Runtime asks for it', async () => {
    expect(compiled({ threads: 1 }).name).toBe('compiled (cpu)');
    expect(() => compiled({ target: 'wasm', threads: 1 })).toThrow('threads is an option of target "onnx"');
  });
});

import '@tensorflow/tfjs-backend-cpu';
import { wasm } from '@espalier/backend-wasm';
import { webgpu } from '@espalier/backend-webgpu';
import { type Backend, eager, firstAvailable, Trainer, useBackend } from '@espalier/core';
import { cnn } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { toyClasses, toyCrossEntropy, toyDataset, toyNumbers, toyRun } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { howToGetSoftwareGpu, useSoftwareGpu } from '../support/software-gpu.js';

useSoftwareGpu();
const availability = await webgpu().isAvailable();
const cpu: Backend = {
  name: 'cpu',
  isAvailable: async () => ({ available: true }),
  activate: async () => void (await tf.setBackend('cpu')),
};

/** Some tens of steps of Adam: each rounds some 1e-7 of a number, and Adam divides by small roots. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const apart = Array.from(
    actual,
    (value, i) => Math.abs(value - expected[i]!) / (1 + Math.abs(expected[i]!)),
  );
  expect(apart.filter((distance) => !(distance <= 1e-4))).toEqual([]);
}

const images = toyDataset({
  inputs: { input: toyNumbers('swap/images', [22, 8, 8, 1]) },
  targets: {
    target: {
      data: Float32Array.from({ length: 66 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3)),
      shape: [22, 3],
      dtype: 'float32',
    },
  },
});

const swaps: readonly (readonly [string, Backend, Backend])[] = [
  ['wasm to webgpu', wasm(), webgpu()],
  ['webgpu to wasm', webgpu(), wasm()],
  ['cpu to webgpu', cpu, webgpu()],
];

const onGpu = (name: string, body: () => Promise<void>): void =>
  test(name, async ({ skip }) => {
    if (!availability.available) return skip(`${howToGetSoftwareGpu} (${availability.reason})`);
    await body();
  });

describe('backends are swapped in one process', () => {
  for (const [name, from, to] of swaps) {
    onGpu(`${name}: a checkpoint goes on there as it would have here`, async () => {
      const run = () => ({ optimizer: adam({ learningRate: 0.01 }), executor: eager(), fit: { epochs: 3 } });
      await useBackend(from);
      const whole = await toyRun({ ...run(), saveAt: 4 });
      await useBackend(to);
      const resumed = await toyRun({ ...run(), fit: { epochs: 3, resumeFrom: whole.saved! } });
      expect(resumed.record.executor).toContain(to.name);
      expect(Object.keys(resumed.final.arrays).sort()).toEqual(Object.keys(whole.final.arrays).sort());
      for (const [entry, { data }] of Object.entries(whole.final.arrays))
        expectClose(resumed.final.arrays[entry]!.data, data);
    });

    onGpu(`${name}: one model trains here, then there, and predicts on both`, async () => {
      const runs = async (first: Backend, second: Backend): Promise<number[]> => {
        await useBackend(first);
        const model = cnn({ inputs: [8, 8, 1], filters: [2], dense: [4], outputs: 3, seed: 1 });
        const fit = () =>
          new Trainer({
            model,
            loss: toyCrossEntropy(),
            optimizer: adam({ learningRate: 0.01 }),
            executor: eager(),
            seed: 5,
          }).fit(images, { epochs: 2, batchSize: 11 });
        await fit();
        await useBackend(second);
        await fit();
        const x = tf.tensor(toyNumbers('swap/images', [22, 8, 8, 1]).data as Float32Array, [22, 8, 8, 1]);
        const outputs: number[] = [];
        for (const backend of [second, first]) {
          await useBackend(backend);
          const y = model.predict(x) as tf.Tensor;
          outputs.push(...(await y.data()));
          y.dispose();
        }
        x.dispose();
        model.dispose();
        return outputs;
      };
      const swapped = await runs(from, to);
      expectClose(swapped, await runs(cpu, cpu));
    });
  }

  onGpu('the first one that can start is taken', async () => {
    const chosen = await useBackend(firstAvailable(webgpu(), wasm()));
    expect([chosen.name, tf.getBackend()]).toEqual(['webgpu', 'webgpu']);
    const { record } = await toyRun({ data: toyClasses(), executor: eager(), fit: { epochs: 1 } });
    expect(record.executor).toBe('eager (webgpu)');
  });
});

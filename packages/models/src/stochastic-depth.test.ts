import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Plugin, Schedule } from '@espalier/core';
import { toyRun, toyWeights } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { Dropout, SpatialDropout, StochasticDepth } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const rowsOf = (layer: tfl.layers.Layer, training: boolean): number[][] => {
  const y = layer.apply(tf.ones([400, 2, 3]), { training }) as tf.Tensor;
  return (tf.reshape(y, [400, 6]) as tf.Tensor2D).arraySync();
};

test('whole examples are dropped, or the whole batch, and the mean stays', () => {
  const rows = rowsOf(new StochasticDepth({ rate: 0.2, seed: 1 }), true);
  for (const row of rows) for (const value of row) expect(value).toBe(row[0]);
  expect(new Set(rows.map(([value]) => value))).toEqual(new Set([0, Math.fround(1 / (1 - 0.2))]));
  // Four standard deviations of the mean of 400 draws.
  const mean = rows.reduce((sum, [value]) => sum + value!, 0) / 400;
  expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(0.2 / 0.8 / 400));

  const batch = new StochasticDepth({ rate: 0.5, mode: 'batch', seed: 1 });
  const seen = Array.from({ length: 20 }, () => new Set(rowsOf(batch, true).flat()));
  for (const values of seen) expect(values.size).toBe(1);
  expect(new Set(seen.flatMap((values) => [...values]))).toEqual(new Set([0, 2]));
  expect(new Set(rowsOf(batch, false).flat())).toEqual(new Set([1]));
});

test('unknown modes and shapes of masks are refused', () => {
  expect(() => new StochasticDepth({ rate: 0.2, mode: 'rows' as never })).toThrow('mode must be');
  expect(() => new StochasticDepth({ rate: 0.2, noiseShape: [1] } as never)).toThrow('noiseShape');
});

/** Shares of zeros that the layer gives in each step. */
async function zeros(rate: number | Schedule, saveAt = 3) {
  const model = toyWeights(
    tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 50, name: 'hidden', inputShape: [3] }),
        new Dropout({ rate, name: 'drop' }),
        tfl.layers.dense({ units: 3, name: 'output' }),
      ],
    }),
  );
  const shares: number[] = [];
  const watch: Plugin = {
    name: 'watch',
    observeLayer: (output, { name }) =>
      name === 'drop' ? { zeros: tf.mean(tf.cast(tf.equal(output, 0), 'float32')) } : undefined,
    stepState: {
      init: () => ({ zeros: tf.scalar(0) }),
      update: (_, { layers }) => ({ zeros: layers['drop']!['zeros']! }),
    },
    async onStepEnd(run) {
      shares.push((await run.stepState('watch'))['zeros']!.data[0]!);
    },
  };
  const run = await toyRun({ model, plugins: [watch], saveAt });
  return { shares, model, watch, run };
}

test('a rate may be a schedule: by epoch here, and as the same number where it is constant', async () => {
  const { shares, model } = await zeros(({ epoch }) => 0.5 * epoch);
  expect(shares.slice(0, 3)).toEqual([0, 0, 0]);
  for (const share of shares.slice(3)) expect(Math.abs(share - 0.5)).toBeLessThan(0.15);
  model.dispose();

  const [constant, scheduled] = [await zeros(0.3), await zeros(() => 0.3)];
  expect(scheduled.shares).toEqual(constant.shares);
  for (const [name, { data }] of Object.entries(constant.run.weights))
    data.forEach((value, i) => expect(scheduled.run.weights[name]!.data[i]).toBeCloseTo(value, 5));
  constant.model.dispose();
  scheduled.model.dispose();
});

test('a run under a schedule resumes to the same bits', async () => {
  const whole = await zeros(({ step }) => 0.1 * step, 2);
  const resumed = await toyRun({
    model: whole.model,
    plugins: [whole.watch],
    fit: { resumeFrom: whole.run.saved! },
  });
  for (const [name, { data }] of Object.entries(whole.run.weights))
    expect([...resumed.weights[name]!.data], name).toEqual([...data]);
  whole.model.dispose();
});

test('a schedule is for runs of a trainer, not for files nor model.fit', async () => {
  const layer = new SpatialDropout({ rate: () => 0.5, name: 'drop' });
  expect(() => layer.apply(tf.ones([2, 3, 4]), { training: true })).toThrow(
    "[dropout 'drop'] its rate is a schedule",
  );
  expect([...(layer.apply(tf.ones([1, 1, 2])) as tf.Tensor).dataSync()]).toEqual([1, 1]);
  expect(() => layer.getConfig()).toThrow('no file holds');
  const { model, run } = await zeros(0);
  expect(run.record.status).toBe('completed');
  model.dispose();
  await expect(zeros(({ step }) => step)).rejects.toThrow('rate at step 1 must be a number');
});

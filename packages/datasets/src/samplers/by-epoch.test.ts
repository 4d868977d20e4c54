import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint, Dataset, FitOptions, Plugin, Sampler } from '@espalier/core';
import { Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { batches } from '../batches.js';
import { fromArrays } from '../from-arrays.js';
import { subset } from '../subset.js';
import { curriculum } from './curriculum.js';
import { dataByEpoch } from './data-by-epoch.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const lengths = ({ length }: Sampler, epochs: number): number[] =>
  Array.from({ length: epochs }, (_, epoch) => (length as (epoch: number) => number)(epoch));

describe('curriculum', () => {
  const difficulty = [7, 3, 9, 1, 3, 8, 2, 6, 4, 5];

  test('has the easiest examples, of equal ones the first', () => {
    const sampler = curriculum({ difficulty, epochs: 4, from: 0.3 });
    const taken = (epoch: number) => [...sampler.order(10, { seed: 1, epoch })].sort((a, b) => a - b);
    expect(taken(0)).toEqual([1, 3, 6]);
    expect(taken(1)).toEqual([1, 3, 4, 6, 8]);
    expect(taken(4)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(taken(99)).toHaveLength(10);
    expect([...sampler.order(10, { seed: 1, epoch: 4 })]).not.toEqual(taken(4));
  });

  test('grows as its pacing says', () => {
    const of = (pacing: 'linear' | 'root' | 'exponential' | ((epoch: number) => number)) =>
      curriculum({
        difficulty: new Float32Array(1000),
        pacing,
        ...(typeof pacing === 'string' && { epochs: 4, from: 0.04 }),
      });
    expect(lengths(of('linear'), 6)).toEqual([40, 280, 520, 760, 1000, 1000]);
    // sqrt(0.0016 + 0.9984 t), and 0.04^(1 - t).
    expect(lengths(of('root'), 6)).toEqual([40, 501, 708, 866, 1000, 1000]);
    expect(lengths(of('exponential'), 6)).toEqual([40, 89, 200, 447, 1000, 1000]);
    expect(
      lengths(
        of((epoch) => (epoch < 2 ? 0.0001 : 0.5)),
        4,
      ),
    ).toEqual([1, 1, 500, 500]);
  });

  test('refuses what makes no order', () => {
    expect(() => curriculum({ difficulty: [1, NaN], epochs: 2 })).toThrow('difficulty[1]');
    expect(() => curriculum({ difficulty: [1, 2] })).toThrow('epochs');
    expect(() => curriculum({ difficulty: [1, 2], epochs: 2, pacing: () => 1 })).toThrow(
      'epochs must be left out',
    );
    const none = curriculum({ difficulty: [1, 2], pacing: () => 0 });
    expect(() => none.order(2, { seed: 1, epoch: 3 })).toThrow('pacing of epoch 3');
    const sampler = curriculum({ difficulty: [1, 2], epochs: 2 });
    expect(() => sampler.order(3, { seed: 1, epoch: 0 })).toThrow('2 difficulties and 3 examples');
  });
});

const numbers = (...values: number[]): Dataset =>
  fromArrays({ inputs: values.map((value) => [value]), targets: values.map((value) => [value]) });

async function inputsOf(data: Dataset, sampler: Sampler, epoch: number): Promise<number[]> {
  const all: number[] = [];
  for await (const { inputs } of batches(data, { sampler, epoch, batchSize: 2 }))
    all.push(...Object.values(inputs)[0]!.data);
  return all;
}

describe('dataByEpoch', () => {
  const [few, more] = [numbers(1, 2, 3), numbers(11, 12, 13, 14, 15)];

  test('gives the data of each epoch whole, and those before again', async () => {
    const { data, sampler } = dataByEpoch({ 4: few, 0: few, 2: more });
    expect(data.size).toBe(8);
    expect(lengths(sampler, 6)).toEqual([3, 3, 5, 5, 3, 3]);
    for (const [epoch, values] of [
      [0, [1, 2, 3]],
      [3, [11, 12, 13, 14, 15]],
      [9, [1, 2, 3]],
    ] as const) {
      const taken = await inputsOf(data, sampler, epoch);
      expect([...taken].sort((a, b) => a - b)).toEqual(values);
    }
    const inOrder = dataByEpoch({ 0: few, 2: more }, { shuffle: false });
    expect(await inputsOf(inOrder.data, inOrder.sampler, 2)).toEqual([11, 12, 13, 14, 15]);
  });

  test('refuses data that are no data sets, not alike, or begin too late', () => {
    expect(() => dataByEpoch({ 1: few })).toThrow('one of them for epoch 0');
    expect(() => dataByEpoch({ 0: few, 1.5: more })).toThrow('whole numbers from 0');
    expect(() => dataByEpoch({ 0: few, 1: fromArrays({ inputs: [[1, 2]], targets: [[1]] }) })).toThrow(
      '[concat]',
    );
    const { sampler } = dataByEpoch({ 0: few });
    expect(() => sampler.order(4, { seed: 0, epoch: 0 })).toThrow(
      'data must be the one made with this sampler',
    );
  });
});

const all = toyClasses();
const easy = subset(
  all,
  Array.from({ length: 10 }, (_, i) => i),
);
const cases: Record<string, () => { readonly data: Dataset; readonly sampler: Sampler }> = {
  curriculum: () => ({
    data: all,
    sampler: curriculum({ difficulty: Array.from({ length: all.size }, (_, i) => (i * 7) % 5), epochs: 3 }),
  }),
  dataByEpoch: () => dataByEpoch({ 0: easy, 1: all, 3: easy }),
};

test.each(
  Object.entries(cases).flatMap(([name, make]) =>
    [
      [1, 3],
      [1, 5],
      [1, 8],
      [2, 2],
      [2, 5],
    ].map(([accumulate, saveAt]) => [name, accumulate!, saveAt!, make] as const),
  ),
)('%s, %i batches a step: resumed after step %i, a run ends as if never stopped', async (...given) => {
  const [, accumulate, saveAt, make] = given;
  let saved: Checkpoint | undefined;
  const steps: number[] = [];
  const saver: Plugin = {
    name: 'saver',
    async onStepEnd(run) {
      steps.push(run.stepsPerEpoch);
      if (run.step === saveAt) saved = await run.checkpoint();
    },
  };
  const fit = async (more: Partial<FitOptions>) => {
    const { data, sampler } = make();
    const model = toyModel();
    const parts = { model, loss: toyCrossEntropy(), optimizer: toyOptimizer(), plugins: [saver], accumulate };
    const trainer = new Trainer(parts);
    const record = await trainer.fit(data, { epochs: 5, batchSize: 4, sampler, ...more });
    const weights = Object.values(await trainer.getWeights()).map((one) => [...one.data]);
    model.dispose();
    return { record, weights };
  };
  const whole = await fit({});
  expect(new Set(steps).size, 'epochs differ in their steps').toBeGreaterThan(1);
  const resumed = await fit({ resumeFrom: saved! });
  expect(resumed.weights).toEqual(whole.weights);
  expect(resumed.record.epochs).toEqual(whole.record.epochs);
});

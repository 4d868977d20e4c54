import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Dataset, HostArray, HostArrays, Loss, Plugin, Snapshot } from '@espalier/core';
import { eager, Trainer } from '@espalier/core';
import { toyOptimizer, toyRun } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import fixture from '../../../../testing/references/regularizers/pruning.json' with { type: 'json' };
import { magnitudePruning, weightMasks } from '../index.js';
import { pruningPlan } from './magnitude-pruning.js';
import { shareOfKept, smallestPruned, upTo } from './smallest-pruned.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Plain = { readonly shape: number[]; readonly values: number[] };
const arrayOf = ({ shape, values }: Plain): HostArray => ({
  data: Float32Array.from(values),
  shape,
  dtype: 'float32',
});
const arraysOf = (all: Readonly<Record<string, Plain>>): HostArrays =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, arrayOf(one)]));
const valuesOf = (arrays: HostArrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, [...data]]));
const ones = (arrays: HostArrays): HostArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      { ...array, data: new Float32Array(array.data.length).fill(1) },
    ]),
  );

describe('which weights are pruned', () => {
  const weights = arraysOf(fixture.parameters);

  test.each(['layer', 'global'] as const)('of a %s: as PyTorch', (scope) => {
    for (const [amount, masks] of Object.entries(fixture[scope])) {
      const found = smallestPruned(weights, ones(weights), scope, upTo(Number(amount)));
      expect(valuesOf(found), amount).toEqual(valuesOf(arraysOf(masks)));
    }
  });

  test.each(['layer', 'global'] as const)('of a %s, of what is left in turn: as PyTorch', (scope) => {
    let masks = ones(weights);
    for (const [i, amount] of [0.2, 0.2, 0.5].entries()) {
      masks = smallestPruned(weights, masks, scope, shareOfKept(amount));
      expect(valuesOf(masks)).toEqual(valuesOf(arraysOf(fixture[`${scope}InTurn`][i]!)));
    }
  });

  test('of equal weights the first, never the last one, and none that is NaN', () => {
    const prune = (values: number[], sparsity: number, mask?: number[]) => {
      const of = (data: number[]): HostArrays => ({ w: arrayOf({ shape: [data.length], values: data }) });
      return [
        ...smallestPruned(of(values), of(mask ?? values.map(() => 1)), 'layer', upTo(sparsity))['w']!.data,
      ];
    };
    expect(prune([1, -1, 1, 1], 0.5)).toEqual([0, 0, 1, 1]);
    expect(prune([0, 0, 0], 0.99)).toEqual([0, 0, 1]);
    expect(prune([5], 0.9)).toEqual([1]);
    expect(prune([NaN, 3, 2], 0.7)).toEqual([1, 0, 0]);
    // What is pruned stays so, however large it is; what is missing is taken from the others.
    expect(prune([9, 3, 2, 4], 0.5, [0, 1, 1, 1])).toEqual([0, 1, 0, 1]);
    expect(prune([9, 3, 2, 4], 0.25, [0, 1, 1, 1])).toEqual([0, 1, 1, 1]);
    // Halves go to the even number, as in Python: 2.5 of 5 are 2, 1.5 of 3 are 2.
    expect(prune([1, 2, 3, 4, 5], 0.5)).toEqual([0, 0, 1, 1, 1]);
    expect(prune([1, 2, 3], 0.5)).toEqual([0, 0, 1]);
  });
});

test('how many, by when: the polynomial of TensorFlow Model Optimization', () => {
  const plan = pruningPlan('test', {
    sparsity: 0.8,
    initialSparsity: 0.2,
    from: { step: 10 },
    until: { step: 50 },
    every: 10,
  });
  expect(plan.sparsityAt(9)).toBeUndefined();
  for (const { step, sparsity } of fixture.polynomial)
    expect(plan.sparsityAt(step)).toBeCloseTo(sparsity, 12);
  // Between two prunings what was due at the last.
  expect(plan.sparsityAt(29)).toBe(plan.sparsityAt(20));
  expect([9, 10, 11, 30, 50, 60].map((at) => plan.isDue(at))).toEqual([
    false,
    true,
    false,
    true,
    true,
    false,
  ]);
  // `until` counts, though it is no multiple.
  const uneven = pruningPlan('test', { sparsity: 0.8, until: { epoch: 5 }, every: 2, power: 1 });
  expect([0, 1, 2, 3, 4, 5, 6].map((at) => uneven.isDue(at))).toEqual([1, 0, 1, 0, 1, 1, 0].map(Boolean));
  expect(uneven.sparsityAt(3)).toBeCloseTo(0.8 * 0.4, 12);
  expect(uneven.unit).toBe('epoch');
});

/** The network of the fixture. */
function network(): tfl.LayersModel {
  const dense = (name: string, units: number, more: object) =>
    tfl.layers.dense({ name, units, useBias: false, ...more });
  const model = tfl.sequential({
    layers: [dense('a', 7, { activation: 'tanh', inputShape: [5] }), dense('b', 3, {})],
  });
  const { a, b } = fixture.parameters;
  const weights = [a, b].map(({ values, shape }) => tf.tensor(values, shape));
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

const squares: Loss = {
  name: 'squares',
  perExample: (outputs, targets) => tf.mean(tf.square(tf.sub(outputs, targets)), -1),
};

function examples(): Dataset {
  const [x, y] = [arrayOf(fixture.training.x), arrayOf(fixture.training.y)];
  const batch = { inputs: { input: x }, targets: { target: y } };
  return {
    size: 6,
    inputs: { input: { shape: [5], dtype: 'float32' } },
    targets: { target: { shape: [3], dtype: 'float32' } },
    batch: () => batch,
  };
}

test('training with half of the weights pruned after two steps is that of PyTorch', async () => {
  const seen: { a: number[]; b: number[]; loss: number }[] = [];
  const watching: Plugin = {
    name: 'watching',
    async onStepEnd(run, logs) {
      const weights = await run.getWeights();
      const { loss } = await logs.read();
      seen.push({ a: [...weights['a/kernel']!.data], b: [...weights['b/kernel']!.data], loss: loss! });
    },
  };
  await new Trainer({
    model: network(),
    loss: squares,
    optimizer: toyOptimizer(0.1),
    plugins: [magnitudePruning({ sparsity: 0.5, from: { step: 2 } }), watching],
  }).fit(examples(), { steps: 5, batchSize: 6, shuffle: false });
  for (const [i, { a, b, loss }] of fixture.training.steps.entries()) {
    expect(seen[i]!.loss).toBeCloseTo(loss, 5);
    for (const [got, want] of [
      [seen[i]!.a, a.values],
      [seen[i]!.b, b.values],
    ] as const)
      got.forEach((weight, at) => expect(Math.abs(weight - want[at]!)).toBeLessThan(2e-6));
    const zeros = [...seen[i]!.a, ...seen[i]!.b].filter((weight) => weight === 0).length;
    expect(zeros).toBe(i < 2 ? 0 : 28);
  }
});

const zerosOf = (weights: HostArrays): number =>
  [...weights['hidden/kernel']!.data, ...weights['output/kernel']!.data].filter((w) => w === 0).length;

describe('magnitudePruning in a run', () => {
  test('grows by epochs, and says in the record what was reached', async () => {
    const zeros: number[] = [];
    const counting: Plugin = {
      name: 'counting',
      onEpochEnd: async (run) => void zeros.push(zerosOf(await run.getWeights())),
    };
    const pruning = magnitudePruning({ sparsity: 0.75, until: { epoch: 3 }, power: 1, scope: 'global' });
    const { record } = await toyRun({ plugins: [pruning, counting], fit: { epochs: 5 } });
    expect(zeros).toEqual([0, 6, 12, 18, 18]);
    expect(record.events).toContainEqual(
      expect.objectContaining({
        epoch: 3,
        source: 'magnitude-pruning',
        message: 'from now on 18 of 24 weights (75.0 %) are 0',
      }),
    );
  });

  test('plugins after it see no gradients of pruned weights', async () => {
    const zeros: number[] = [];
    const looking: Plugin = {
      name: 'looking',
      transformGradients(gradients) {
        const { 'hidden/kernel': hidden, 'output/kernel': output } = gradients;
        zeros.push([...hidden!.dataSync(), ...output!.dataSync()].filter((one) => one === 0).length);
        return gradients;
      },
    };
    const pruning = magnitudePruning({ sparsity: 0.5, from: { step: 1 } });
    await toyRun({ plugins: [pruning, looking], fit: { epochs: 1 }, executor: eager() });
    expect(zeros).toEqual([0, 12, 12]);
  });

  test('weights that another plugin ends the run with are pruned, too', async () => {
    const dense: Plugin = {
      name: 'dense',
      async finalWeights(run) {
        const weights = await run.getWeights();
        return Object.fromEntries(
          Object.entries(weights).map(([name, array]) => [
            name,
            { ...array, data: new Float32Array(array.data.length).fill(2) },
          ]),
        );
      },
    };
    const { weights, record } = await toyRun({ plugins: [magnitudePruning({ sparsity: 0.5 }), dense] });
    expect(zerosOf(weights)).toBe(12);
    expect(record.events.at(-1)!.message).toBe(
      'the weights that another plugin ended the run with were not pruned: set 12 of them to 0',
    );
  });

  test('validation uses masked averages where it comes after them', async () => {
    const averages: Plugin = {
      name: 'averages',
      stepState: {
        init: (parameters) =>
          Object.fromEntries(Object.entries(parameters).map(([n, p]) => [n, tf.onesLike(p)])),
        update: (state) => state,
      },
      evaluationParameters: (parameters, state) => ({ ...parameters, ...state }),
    };
    let zeros = -1;
    const asking: Plugin = {
      name: 'asking',
      onEpochEnd: async (run) => void (zeros = zerosOf(await run.getWeights('evaluated'))),
    };
    await toyRun({ plugins: [averages, magnitudePruning({ sparsity: 0.5 }), asking], fit: { epochs: 1 } });
    expect(zeros).toBe(12);
  });

  test('a run that is rolled back to before is pruned again', async () => {
    let before: Snapshot | undefined;
    const returning: Plugin = {
      name: 'returning',
      async onStepStart(run) {
        // The first, before pruning.
        before ??= await run.snapshot();
        if (run.step === 4) await run.rollBack(before);
      },
    };
    const pruning = magnitudePruning({ sparsity: 0.5, from: { step: 1 } });
    const { weights } = await toyRun({ plugins: [returning, pruning], fit: { epochs: 3 } });
    expect(zerosOf(weights)).toBe(12);
  });

  test.each([1, 2, 4, 5])(
    'resumed after step %i, between prunings and at them, it ends as if never stopped',
    async (saveAt) => {
      const plugins = () => [
        magnitudePruning({ sparsity: 0.8, from: { step: 2 }, until: { step: 7 }, every: 3, scope: 'global' }),
      ];
      const whole = await toyRun({ plugins: plugins(), fit: { epochs: 3 }, saveAt });
      const resumed = await toyRun({ plugins: plugins(), fit: { epochs: 3, resumeFrom: whole.saved! } });
      expect(zerosOf(whole.weights)).toBe(19);
      expect(valuesOf(resumed.weights)).toEqual(valuesOf(whole.weights));
    },
  );

  test('refuses what contradicts itself', () => {
    const refused = (options: object, why: string) =>
      expect(() => magnitudePruning({ sparsity: 0.5, ...options })).toThrow(why);
    refused({ every: 5 }, 'every must be left out');
    refused({ until: { epoch: 2 }, from: { step: 1 } }, 'until must be later');
    refused({ until: { epoch: 2 }, from: { epoch: 2 } }, 'until must be later');
    refused({ until: { epoch: 2 }, initialSparsity: 0.6 }, 'initialSparsity must be at most');
    refused({ until: { epoch: 2, step: 3 } }, 'until must be { epoch } or { step }');
  });
});

test('weightMasks holds what it is given from the first step on, and refuses masks that fit nothing', async () => {
  const masks: HostArrays = {
    'output/kernel': arrayOf({ shape: [4, 3], values: [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0] }),
  };
  const zeros: boolean[] = [];
  const watching: Plugin = {
    name: 'watching',
    async onStepStart(run) {
      const { data } = (await run.getWeights())['output/kernel']!;
      zeros.push(masks['output/kernel']!.data.every((kept, i) => (kept === 0) === (data[i] === 0)));
    },
  };
  await toyRun({ plugins: [weightMasks({ masks }), watching] });
  expect(zeros).toHaveLength(6);
  expect(zeros.every(Boolean)).toBe(true);
  const unknown = { other: masks['output/kernel']! };
  await expect(toyRun({ plugins: [weightMasks({ masks: unknown })] })).rejects.toThrow(
    'masks must be of parameters that are trained',
  );
  const halves = { 'output/kernel': arrayOf({ shape: [2], values: [1, 0.5] }) };
  expect(() => weightMasks({ masks: halves })).toThrow('arrays of 0 and 1');
});

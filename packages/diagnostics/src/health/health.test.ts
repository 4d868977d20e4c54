import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { HostArrays, Plugin, Run } from '@espalier/core';
import { toyClasses, toyModel, toyOptimizer, toyRun } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HealthReport } from '../index.js';
import { activationProfile, health } from '../index.js';
import { descent, network } from './networks.fixture.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

async function trained(
  model: tfl.LayersModel,
  rate: number,
  { epochs = 4, plugins = [] }: { readonly epochs?: number; readonly plugins?: readonly Plugin[] } = {},
): Promise<HealthReport & { readonly notes: string[] }> {
  const watch = health();
  const optimizer = descent(rate);
  const { record } = await toyRun({ model, optimizer, plugins: [...plugins, watch], fit: { epochs } });
  const notes = record.events.filter(({ source }) => source === 'health').map(({ message }) => message);
  const report = watch.report();
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  return { ...report, notes };
}

const verdicts = ({ layers }: HealthReport) =>
  Object.fromEntries(layers.map(({ layer, verdict, since }) => [layer, [verdict, since]]));

describe('the figures of health', () => {
  test('are norms over steps of gradients, updates and weights, epoch by epoch', async () => {
    const seen: HostArrays[] = [];
    const keep = async (run: Run): Promise<void> => void seen.push(await run.getWeights());
    const watch = health();
    await toyRun({
      optimizer: descent(0.1),
      plugins: [{ name: 'watch', onFitStart: keep, onStepEnd: keep }, watch],
      fit: { epochs: 2 },
    });
    const { epochs } = watch.report();
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    const values = (weights: HostArrays, layer: string) =>
      ['kernel', 'bias'].flatMap((name) => Array.from(weights[`${layer}/${name}`]!.data));
    const sizes: Record<string, number[]> = {};
    for (const layer of ['hidden', 'output']) {
      epochs.forEach(({ layers }, epoch) => {
        const squares = [0, 1, 2].map((step) => {
          const [before, after] = [seen[3 * epoch + step]!, seen[3 * epoch + step + 1]!];
          const now = values(after, layer);
          return values(before, layer).reduce((sum, w, i) => sum + (now[i]! - w) ** 2, 0);
        });
        const update = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / 3);
        const end = values(seen[3 * epoch + 3]!, layer);
        const norm = Math.hypot(...end);
        const start = Math.hypot(...values(seen[3 * epoch]!, layer));
        const figures = layers.find((one) => one.layer === layer)!;
        expect(figures.gradientNorm).toBeCloseTo(update / 0.1, 5);
        expect(figures.weightNorm).toBeCloseTo(norm, 6);
        expect(figures.updateRatio).toBeCloseTo(update / start, 6);
        (sizes[layer] ??= []).push(update / 0.1 / Math.sqrt(end.length));
        const kernel = Array.from(seen[3 * epoch + 3]![`${layer}/kernel`]!.data);
        const first = seen[3]![`${layer}/kernel`]!.data;
        const mean = kernel.reduce((sum, w) => sum + w, 0) / kernel.length;
        expect(figures.mean).toBeCloseTo(mean, 7);
        const variance = kernel.reduce((sum, w) => sum + (w - mean) ** 2, 0) / kernel.length;
        expect(figures.deviation).toBeCloseTo(Math.sqrt(variance), 7);
        const moved = kernel.reduce((sum, w, i) => sum + Math.abs(w - first[i]!), 0) / kernel.length;
        if (epoch === 0) expect(figures.moved).toBeNull();
        else expect(figures.moved).toBeCloseTo(moved, 7);
      });
    }
    epochs.forEach(({ layers }, epoch) => {
      const largest = Math.max(sizes['hidden']![epoch]!, sizes['output']![epoch]!);
      for (const { layer, gradientShare } of layers)
        expect(gradientShare).toBeCloseTo(sizes[layer]![epoch]! / largest, 5);
    });
  });

  test.each(['relu', 'sigmoid', 'tanh'])(
    'of %s units are those of all examples of the epoch',
    async (activation) => {
      const model = network({
        activation,
        gain: activation === 'relu' ? 1 : 8,
        bias: activation === 'relu' ? -1 : 0,
      });
      const { epochs } = await trained(model, 0, { epochs: 1 });
      const figures = epochs[0]!.layers[0]!;
      const { arrays } = toyClasses();
      const [profile] = await activationProfile(model, arrays!.inputs, { layers: ['hidden_1'] });
      if (activation === 'relu') {
        expect([figures.deadUnits, figures.saturatedUnits]).toEqual([profile!.deadUnits, null]);
        expect(figures.deadUnits).toBeGreaterThan(0);
      } else {
        expect([figures.deadUnits, figures.units]).toEqual([null, 12]);
        // 22 examples in batches of 8, 8 and 6: the mean over steps counts those of the last a little more.
        expect(Math.abs(figures.saturatedValues! - profile!.saturated!)).toBeLessThan(0.05);
        expect(figures.saturatedValues).toBeGreaterThan(0.2);
        expect(figures.saturatedUnits).toBeLessThanOrEqual(figures.saturatedValues!);
      }
    },
  );

  test('of an epoch forget those before, infinite ones too', async () => {
    const huge: Plugin = {
      name: 'huge',
      scalars: { factor: ({ epoch }) => (epoch === 0 ? 1e30 : 1) },
      transformGradients: (gradients, _, step) =>
        Object.fromEntries(
          Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, step.scalar('factor'))]),
        ),
    };
    const { epochs } = await trained(network({}), 0, { epochs: 2, plugins: [huge] });
    expect(epochs[0]!.layers[0]).toMatchObject({ finite: false, gradientNorm: null });
    expect(epochs[1]!.layers[0]!.gradientNorm).toBeLessThan(10);
  });

  test('are there for functions of tensors, too, without units', async () => {
    const watch = health();
    const model = {
      parameters: { kernel: tf.variable(tf.ones([3, 3])) },
      forward: ({ input }: Record<string, tf.Tensor>, { kernel }: Record<string, tf.Tensor>) =>
        tf.matMul(input as tf.Tensor2D, kernel as tf.Tensor2D),
    };
    await toyRun({ model, plugins: [watch] });
    expect(watch.report().layers.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['kernel', 'healthy'],
    ]);
    expect(watch.report().epochs[0]!.layers[0]).toMatchObject({ units: null, activation: null });
  });
});

describe('the verdicts of health, and that each cure works', () => {
  test('a network that learns is healthy', async () => {
    const report = await trained(network({ depth: 2 }), 0.1);
    expect(report).toMatchObject({
      healthy: true,
      sentence: 'All 3 layers are healthy after 4 epochs.',
      notes: [],
    });
    expect(report.layers[0]).toMatchObject({ sentence: 'hidden_1 is healthy.', cure: null, since: null });
    expect(health().report()).toMatchObject({
      healthy: false,
      sentence: 'No epoch has been seen.',
      layers: [],
    });
  });

  test('vanishing: relu with He weights, leaky relu, batch normalisation', async () => {
    const sick = await trained(network({ activation: 'sigmoid', depth: 8, gain: 0.6 }), 0.1);
    const { hidden_1, output } = verdicts(sick);
    expect([hidden_1, output]).toEqual([
      ['vanishing', 1],
      ['healthy', null],
    ]);
    const [first] = sick.layers;
    expect(first!.sentence).toMatch(
      /^hidden_1 has a vanishing gradient: \d.*e-\d of that of output, since epoch 1\.$/,
    );
    expect(first!.cure).toContain('relu');
    expect(first!.cure).toContain('in place of sigmoid');
    expect(first!.signs).toMatchObject({ weights: true, first: true });
    expect(sick.notes[0]).toContain('Likewise: hidden_2');
    expect(sick.notes.join().match(/hidden_1 has/g)).toHaveLength(1);
    for (const cured of [
      network({ activation: 'relu', depth: 8 }),
      network({ activation: 'leakyRelu', depth: 8, normalize: true }),
      network({ activation: 'sigmoid', depth: 8, gain: 0.6, normalize: true }),
    ]) {
      const report = await trained(cured, 0.1);
      expect(report.layers.filter(({ verdict }) => verdict === 'vanishing')).toEqual([]);
      expect(report.layers[0]!.signs!.loss).toBe(false);
    }
  });

  test('vanishing for weights that start too small: larger ones', async () => {
    const sick = await trained(network({ depth: 6, gain: 0.05 }), 0.1);
    expect(sick.layers[0]).toMatchObject({ verdict: 'vanishing', since: 1 });
    expect(sick.layers[0]!.cure).toContain('heNormal');
    expect((await trained(network({ depth: 6 }), 0.1)).layers[0]!.verdict).toBe('healthy');
  });

  test('exploding: clipped gradients, a smaller rate, smaller weights', async () => {
    const model = (gain = 4) => network({ depth: 4, gain });
    const sick = await trained(model(), 0.5);
    expect(sick.layers.map(({ verdict }) => verdict)).toContain('exploding');
    expect(sick.layers.find(({ verdict }) => verdict === 'exploding')!.cure).toContain('clipGradients');
    const clip: Plugin = {
      name: 'clip',
      transformGradients: (gradients) => {
        const norm = tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
        return Object.fromEntries(
          Object.entries(gradients).map(([name, g]) => [name, tf.div(g, tf.maximum(norm, 1))]),
        );
      },
    };
    for (const cured of [
      await trained(model(), 0.5, { plugins: [clip] }),
      await trained(model(), 1e-4),
      await trained(model(1.4), 0.05),
    ])
      expect(cured.layers.filter(({ verdict }) => verdict === 'exploding')).toEqual([]);
  });

  test('dead: leaky relu, biases at 0', async () => {
    const sick = await trained(network({ bias: -5 }), 0.1);
    expect(sick.layers[0]).toMatchObject({ layer: 'hidden_1', verdict: 'dead', since: 1 });
    expect(sick.layers[0]!.sentence).toBe(
      'hidden_1 is dead: 100 % of its 12 units give 0 for every example, since epoch 1.',
    );
    expect(sick.sentence).toMatch(/^1 of 2 layers is ill: hidden_1 \(dead since epoch 1\)\.$/);
    expect(sick.layers[0]!.cure).toContain('leakyRelu');
    const cures = [network({ bias: 0 }), network({ bias: -5, activation: 'leakyRelu', normalize: true })];
    for (const cured of cures) expect((await trained(cured, 0.1)).healthy).toBe(true);
  });

  test('dead units: in few words not called a dead layer', async () => {
    const model = network({ bias: 0 });
    const layer = model.getLayer('hidden_1');
    layer.setWeights([layer.getWeights()[0]!, tf.tensor1d([...Array<number>(9).fill(-9), 0, 0, 0])]);
    const { sentence } = await trained(model, 0.1);
    expect(sentence).toBe('1 of 2 layers is ill: hidden_1 (dead units since epoch 1).');
  });

  test.each([
    ['elu', '-1'],
    ['selu', '-1.76'],
  ])('dead: %s at its bound, and what lies before it', async (activation, bound) => {
    const model = network({ activation, depth: 2 });
    const dying = model.getLayer('hidden_2');
    dying.setWeights([dying.getWeights()[0]!, tf.fill([12], -20)]);
    const sick = await trained(model, 0.1);
    expect(sick.layers[1]).toMatchObject({ layer: 'hidden_2', verdict: 'dead', since: 1 });
    expect(sick.layers[1]!.sentence).toBe(
      `hidden_2 is dead: 100 % of its 12 units give ${bound} for every example, since epoch 1.`,
    );
    expect(sick.layers[1]!.cure).toContain('batch normalisation');
    expect(sick.layers[0]).toMatchObject({ verdict: 'vanishing' });
    expect(sick.layers[0]!.cure).toBe(`cure hidden_2 first: ${sick.layers[1]!.cure}`);
    for (const cured of [
      network({ activation, depth: 2, gain: 1 }),
      network({ activation, depth: 2, bias: -9, normalize: true }),
    ])
      expect((await trained(cured, 0.1)).healthy).toBe(true);
  });

  test('saturated: smaller weights, batch normalisation', async () => {
    const sick = await trained(network({ activation: 'tanh', gain: 30 }), 0.01);
    expect(sick.layers[0]).toMatchObject({ verdict: 'saturated', since: 1 });
    expect(sick.layers[0]!.sentence).toMatch(
      /^hidden_1 is saturated: \d\d % of its values lie at a bound of tanh/,
    );
    const normalized = network({ activation: 'tanh', gain: 30, normalize: true });
    for (const cured of [network({ activation: 'tanh', gain: 1 }), normalized])
      expect((await trained(cured, 0.1)).healthy).toBe(true);
  });

  test('still: a larger rate', async () => {
    const sick = await trained(network({}), 1e-7);
    expect(verdicts(sick)).toEqual({ hidden_1: ['still', 2], output: ['still', 2] });
    expect(sick.sentence).toBe(
      '2 of 2 layers are ill: hidden_1 (still since epoch 2), output (still since epoch 2).',
    );
    expect(sick.layers[0]!.cure).toContain('raise the learning rate');
    expect((await trained(network({}), 0.1)).healthy).toBe(true);
  });

  test('NaN weights are no reason to fall silent', async () => {
    const report = await trained(toyModel(), 1e38, { epochs: 2 });
    for (const { layer, sentence } of report.layers)
      expect(sentence).toBe(`${layer} has a gradient or weights that are NaN or infinite, since epoch 1.`);
  });
});

test('a layer that is applied twice has the units of both times', async () => {
  const x = tfl.input({ shape: [3], name: 'input' });
  const twice = tfl.layers.dense({
    units: 3,
    activation: 'relu',
    name: 'twice',
    useBias: false,
    kernelInitializer: tfl.initializers.identity({ gain: -1 }),
  });
  const model = tfl.model({ inputs: x, outputs: twice.apply(twice.apply(x)) as tfl.SymbolicTensor });
  const watch = health();
  await toyRun({ model, optimizer: toyOptimizer(0), plugins: [watch], fit: { epochs: 1 } });
  // The second application gets what is not negative and gives 0 everywhere; the first gives what the inputs have below 0.
  expect(watch.report().epochs[0]!.layers[0]).toMatchObject({ units: 3, deadUnits: 0 });
});

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { toyClasses, toyDataset, toyRun, type ToyRunOptions } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HealthReport } from '../index.js';
import { health } from '../index.js';
import { descent } from './networks.fixture.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

type Settings = Parameters<typeof tfl.layers.dense>[0];

const dense = (name: string, settings: Partial<Settings> = {}) =>
  tfl.layers.dense({
    units: 12,
    name,
    kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.5, seed: name.charCodeAt(0) }),
    ...settings,
  } as Settings);

const relu = { activation: 'relu' } as const;
const first = { inputShape: [3] };
const constant = (value: number) => tfl.initializers.constant({ value });

async function reportOf(
  model: tfl.LayersModel,
  { epochs = 3, ...options }: ToyRunOptions & { readonly epochs?: number } = {},
): Promise<HealthReport> {
  const watch = health();
  await toyRun({ model, optimizer: descent(0.1), plugins: [watch], fit: { epochs }, ...options });
  const report = watch.report();
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  return report;
}

const ofLayer = ({ layers }: HealthReport, name: string) => layers.find(({ layer }) => layer === name)!;

describe('where a layer is not ill of itself, the cure names the one that is', () => {
  const behindDead = (bias: number) =>
    tfl.sequential({
      layers: [
        dense('a', { ...relu, ...first }),
        dense('b', relu),
        dense('c', { ...relu, biasInitializer: constant(bias) }),
        dense('d', relu),
        dense('out', { units: 3 }),
      ],
    });

  test('a dead layer: those before it get no gradient, the next gets only 0, the answer lacks nothing', async () => {
    const report = await reportOf(behindDead(-20));
    const [a, b, c, d, out] = ['a', 'b', 'c', 'd', 'out'].map((name) => ofLayer(report, name));
    expect([a, b, c, d, out].map((one) => one!.verdict)).toEqual([
      'vanishing',
      'vanishing',
      'dead',
      'dead',
      'healthy',
    ]);
    expect([a!.since, c!.since]).toEqual([1, 1]);
    for (const one of [a, b, d]) expect(one!.cure).toBe(`cure c first: ${c!.cure}`);
    expect(c!.cure).toContain('let biases start at 0');
    const cured = await reportOf(behindDead(0));
    expect(cured.layers.filter(({ verdict }) => verdict === 'vanishing')).toEqual([]);
  });

  test('weights that are all 0', async () => {
    const model = (start: Partial<Settings>) =>
      tfl.sequential({
        layers: [
          dense('a', { activation: 'tanh', ...first, ...start }),
          dense('out', { units: 3, ...start }),
        ],
      });
    const a = ofLayer(await reportOf(model({ kernelInitializer: 'zeros' })), 'a');
    expect(a).toMatchObject({ verdict: 'vanishing', since: 1 });
    expect(a.cure).toContain('start out from random weights');
    expect((await reportOf(model({}))).healthy).toBe(true);
  });

  test('a dead layer in front of one that cannot die, and stands still', async () => {
    const model = (bias: number) =>
      tfl.sequential({
        layers: [
          dense('a', { ...relu, ...first, biasInitializer: constant(bias) }),
          dense('b', { activation: 'tanh' }),
          dense('out', { units: 3 }),
        ],
      });
    const report = await reportOf(model(-50), { epochs: 4 });
    const [a, b] = ['a', 'b'].map((name) => ofLayer(report, name));
    expect([a!.verdict, b!.verdict]).toEqual(['dead', 'vanishing']);
    expect(b!.cure).toBe(`cure a first: ${a!.cure}`);
    expect((await reportOf(model(0))).healthy).toBe(true);
  });

  test('a ReLU whose weights are all 0, which no other activation makes live', async () => {
    const model = (start: Partial<Settings>) =>
      tfl.sequential({
        layers: [
          dense('a', { ...relu, ...first }),
          dense('b', { ...relu, ...start }),
          dense('out', { units: 3 }),
        ],
      });
    const report = await reportOf(model({ kernelInitializer: 'zeros' }));
    const cure =
      'start b from random weights (heNormal, glorotUniform): those that are all 0 hand back no gradient.';
    expect(ofLayer(report, 'b')).toMatchObject({ verdict: 'dead', cure });
    expect(ofLayer(report, 'a')).toMatchObject({ verdict: 'vanishing', cure: `cure b first: ${cure}` });
    expect((await reportOf(model({}))).healthy).toBe(true);
  });

  test('a branch that nothing with a loss hangs on', async () => {
    class Nothing extends tfl.layers.Layer {
      static className = 'NothingOfIt';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.mul([inputs].flat()[0]!, 0);
      }
    }
    const x = tfl.input({ shape: [3], name: 'x' });
    const [a, b] = [dense('a', relu).apply(x), dense('b', relu).apply(x)] as tfl.SymbolicTensor[];
    const nothing = new Nothing({ name: 'nothing' }).apply(b!) as tfl.SymbolicTensor;
    const sum = tfl.layers.add().apply([a!, nothing]) as tfl.SymbolicTensor;
    const outputs = dense('out', { units: 3 }).apply(sum) as tfl.SymbolicTensor;
    const report = await reportOf(tfl.model({ inputs: x, outputs }));
    expect(['a', 'b', 'out'].map((name) => ofLayer(report, name).verdict)).toEqual([
      'healthy',
      'vanishing',
      'healthy',
    ]);
    expect(ofLayer(report, 'b').sentence).toBe(
      'b gets no gradient: nothing that has a loss hangs on it, since epoch 1.',
    );
    expect(ofLayer(report, 'b').cure).toContain('connect it to an output that has a loss');
  });
});

describe('no false verdict', () => {
  test('on a layer that starts at almost nothing and grows', async () => {
    for (const stddev of [1e-6, 1e-3]) {
      const kernelInitializer = tfl.initializers.randomNormal({ stddev, seed: 4 });
      const model = tfl.sequential({
        layers: [dense('a', { ...relu, ...first }), dense('out', { units: 3, kernelInitializer })],
      });
      const report = await reportOf(model, { epochs: 1 });
      expect(report.epochs[0]!.layers[1]!.updateRatio).toBeGreaterThan(1);
      expect(report.healthy).toBe(true);
    }
  });

  test('on a table of which each step looks up a few rows', async () => {
    const rows = 5_000;
    const model = tfl.sequential({
      layers: [
        tfl.layers.embedding({
          inputDim: rows,
          outputDim: 2,
          inputLength: 1,
          embeddingsInitializer: tfl.initializers.randomNormal({ stddev: 1, seed: 5 }),
          name: 'table',
        }),
        tfl.layers.flatten(),
        dense('out', { units: 3 }),
      ],
    });
    const { targets } = toyClasses().arrays!;
    const target = Object.values(targets)[0]!;
    const examples = target.shape[0]!;
    const data = Int32Array.from({ length: examples }, (_, i) => (i * 7919) % rows);
    const inputs = { words: { data, shape: [examples, 1], dtype: 'int32' as const } };
    const report = await reportOf(model, { data: toyDataset({ inputs, targets: { target } }) });
    expect(report.layers.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['table', 'healthy'],
      ['out', 'healthy'],
    ]);
    const [table] = report.epochs[0]!.layers;
    expect(table!.gradientShare).toBeGreaterThan(0.01);
    expect(table!.updateRatio).toBeGreaterThan(1e-4);
  });

  test('on any of several layers of answers that are sure', async () => {
    const x = tfl.input({ shape: [3], name: 'x' });
    const hidden = dense('a', relu).apply(x) as tfl.SymbolicTensor;
    const head = (name: string, settings: Partial<Settings>) =>
      dense(name, { units: 1, ...settings }).apply(hidden) as tfl.SymbolicTensor;
    const sure = head('sure', { activation: 'sigmoid', biasInitializer: constant(5) });
    const model = tfl.model({ inputs: x, outputs: [sure, head('amount', {})] });
    const { inputs } = toyClasses().arrays!;
    const given = Object.values(inputs)[0]!;
    const examples = given.shape[0]!;
    const targets = (value: number) => ({
      data: new Float32Array(examples).fill(value),
      shape: [examples, 1],
      dtype: 'float32' as const,
    });
    const squares = {
      name: 'squares',
      perExample: (o: tf.Tensor, t: tf.Tensor) => tf.mean<tf.Tensor1D>(tf.square(tf.sub(o, t)), 1),
    };
    const surprise = {
      name: 'surprise',
      perExample: (o: tf.Tensor) => tf.neg(tf.mean<tf.Tensor1D>(tf.log(o), 1)),
    };
    const { layers, epochs } = await reportOf(model, {
      loss: { sure: surprise, amount: squares },
      metrics: [],
      optimizer: descent(0.05),
      data: toyDataset({ inputs: { x: given }, targets: { sure: targets(1), amount: targets(0.5) } }),
      epochs: 2,
    });
    expect(epochs[1]!.layers[1]!.saturatedValues).toBeGreaterThan(0.9);
    expect(layers.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['a', 'healthy'],
      ['sure', 'healthy'],
      ['amount', 'healthy'],
    ]);
  });
});

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Plugin } from '../run/plugin.js';
import { Trainer } from '../run/trainer.js';
import type { Dataset } from '../data/dataset.js';
import { momentum, squaredError } from '../toy-parts.fixture.js';
import { observeLayers } from './observe-layers.js';
import { bindModel } from './model.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const rows = {
  inputs: { x: { data: Float32Array.of(1), shape: [1, 1], dtype: 'float32' } },
  targets: { y: { data: Float32Array.of(10), shape: [1, 1], dtype: 'float32' } },
} as const;

const oneExample: Dataset = {
  size: 1,
  inputs: { x: { shape: [1], dtype: 'float32' } },
  targets: { y: { shape: [1], dtype: 'float32' } },
  arrays: rows,
  batch: () => rows,
};

const step = {
  training: false,
  scalar: () => tf.scalar(0),
  random: () => tf.scalar(0),
  tap: () => undefined,
};

/** x -> relu(2x) -> the same again -> 3x */
function doubling(): tfl.LayersModel {
  const input = tfl.input({ shape: [1], name: 'x' });
  const twice = tfl.layers.dense({
    units: 1,
    useBias: false,
    activation: 'relu',
    name: 'twice',
    kernelInitializer: tfl.initializers.constant({ value: 2 }),
  });
  const inner = tfl.sequential({ name: 'inner' });
  inner.add(
    tfl.layers.dense({
      units: 1,
      useBias: false,
      name: 'thrice',
      inputShape: [1],
      kernelInitializer: tfl.initializers.constant({ value: 3 }),
    }),
  );
  const output = inner.apply(twice.apply(twice.apply(input))) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: output });
}

test('of each layer it is known which layers it takes from, wherever it is applied and past the edge of an inner model', () => {
  const inputs = Object.fromEntries(
    bindModel(doubling()).layers!().map((layer) => [layer.name, layer.inputs]),
  );
  expect(inputs).toMatchObject({ twice: ['twice'], thrice: ['twice'] });
});

describe('observeLayers', () => {
  test('sees each application of each layer, those of inner models too, in order', () => {
    const bound = bindModel(doubling());
    const seen: [string, string, string | undefined, number][] = [];
    tf.tidy(() => {
      observeLayers(
        ({ name, kind, activation }, output) =>
          void seen.push([name, kind, activation, output.dataSync()[0]!]),
        () => bound.forward({ x: tf.tensor2d([[1]]) }, bound.weights(), step),
      );
    });
    expect(seen).toEqual([
      ['twice', 'Dense', 'relu', 2],
      ['twice', 'Dense', 'relu', 4],
      ['thrice', 'Dense', 'linear', 12],
    ]);
  });

  test('what the observer returns goes on to the next layer, and nobody is asked afterwards', () => {
    const bound = bindModel(doubling());
    const run = (): number =>
      tf.tidy(
        () =>
          Object.values(
            bound.forward({ x: tf.tensor2d([[1]]) }, bound.weights(), step).outputs,
          )[0]!.dataSync()[0]!,
      );
    const changed = observeLayers(
      (layer, output) => (layer.name === 'twice' ? tf.add(output, 1) : undefined),
      run,
    );
    expect(changed).toBe(((1 * 2 + 1) * 2 + 1) * 3);
    expect(run()).toBe(12);
  });
});

describe('the hook observeLayer', () => {
  test('hands what it made to the step state, with the parameters before and after', async () => {
    const records: Record<string, number[]> = {};
    const watcher: Plugin = {
      name: 'watcher',
      observeLayer: (output, layer) => ({ mean: tf.mean(output), [layer.name]: tf.max(output) }),
      stepState: {
        init: (_, layers) => ({
          layers: tf.scalar(layers.length),
          first: tf.scalar(0),
          again: tf.scalar(0),
          inner: tf.scalar(0),
          change: tf.scalar(0),
        }),
        update: (state, { layers, parameters, previous }) => ({
          layers: state['layers']!,
          first: layers['twice']!['mean']!,
          again: layers['twice#2']!['twice']!,
          inner: layers['thrice']!['mean']!,
          change: tf.sum(tf.sub(parameters['thrice/kernel']!, previous['thrice/kernel']!)),
        }),
      },
      async onStepEnd(run) {
        for (const [name, { data }] of Object.entries(await run.stepState('watcher')))
          (records[name] ??= []).push(data[0]!);
      },
    };
    const before = tf.memory().numTensors;
    const model = doubling();
    const made = tf.memory().numTensors - before;
    const trainer = new Trainer({
      model,
      loss: squaredError(),
      optimizer: momentum(0.01),
      plugins: [watcher],
    });
    await trainer.fit(oneExample, { epochs: 1, batchSize: 1 });
    // d/dw (12 - 10)^2 with 12 = 4 w: 2 * 2 * 4 = 16.
    expect(records['change']![0]).toBeCloseTo(-0.16, 6);
    expect([records['first'], records['again'], records['inner']]).toEqual([[2], [4], [12]]);
    expect(records['layers']).toEqual([3]);
    expect(tf.memory().numTensors).toBe(before + made);
  });
});

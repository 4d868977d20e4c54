import { readdirSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as espalier from './index.js';
import {
  adam,
  auto,
  eager,
  mlp,
  type Plugin,
  softmaxCrossEntropy,
  syntheticClassification,
  Trainer,
} from './index.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => vi.restoreAllMocks());

const data = syntheticClassification({ examples: 40, features: 4, classes: 2, seed: 1 });

function run(plugins: readonly Plugin[], executor?: espalier.Executor) {
  return new Trainer({
    model: mlp({ inputs: 4, hidden: [5], outputs: 2, seed: 1 }),
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    plugins,
    seed: 1,
    ...(executor ? { executor } : {}),
  }).fit(data, { epochs: 2, batchSize: 8, validation: data });
}

/** An op that ONNX Runtime has no match for, and that changes nothing. */
const uncompilable: Plugin = {
  name: 'spectrum',
  transformGradients: (gradients) =>
    Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => {
        const spectrum = tf.spectral.fft(tf.complex(tf.zerosLike(gradient), tf.zerosLike(gradient)));
        return [name, tf.add(gradient, tf.mul(tf.real(spectrum), 0))];
      }),
    ),
};

/** TensorFlow.js warns of its own at times. */
function ourLines(calls: readonly (readonly unknown[])[]): string[] {
  return calls.map(([line]) => String(line)).filter((line) => line.startsWith('espalier:'));
}

describe('the trainer of espalier', () => {
  test('compiles where it can, by default', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const record = await run([]);
    expect(record.executor).toBe('compiled (wasm)');
    expect(ourLines(warn.mock.calls)).toEqual([]);
  });

  test('runs eagerly what has no compiled form, and says so once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const executor = auto();
    const record = await run([uncompilable], executor);
    await run([uncompilable], executor);
    const eagerly = record.events.filter(({ message }) => message.startsWith('runs eagerly'));
    expect(eagerly).toHaveLength(1);
    expect(eagerly[0]!.message).toContain('spectrum');
    const lines = warn.mock.calls
      .map(([line]) => String(line))
      .filter((line) => line.startsWith('espalier:'));
    expect(lines).toHaveLength(1);
    const reference = await run([uncompilable], eager());
    expect(record.epochs).toEqual(reference.epochs);
  });

  test('says in the record that compiled steps cannot start', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const executor = auto({ target: 'onnx', device: 'webgpu' });
    for (const { events, executor: name } of [await run([], executor), await run([], executor)]) {
      expect(name).toBe('eager (cpu)');
      expect(events).toEqual([
        expect.objectContaining({
          source: 'executor',
          message: expect.stringMatching(/^runs eagerly, compiled ones cannot start: .*To fix it: /),
        }),
      ]);
    }
    expect(ourLines(warn.mock.calls)).toHaveLength(1);
  });

  test('an explicit executor is taken as it is', async () => {
    expect((await run([], eager())).executor).toBe('eager (cpu)');
  });
});

/** What is not exported at the root, by package: an export that is new has to be decided on. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  // Tools of whoever looks after a backend.
  'backend-node': ['kernelReport', 'tensorflowBackend'],
  'backend-wasm': ['kernelReport'],
  'backend-webgpu': ['kernelReport'],
  // What plugins are written with.
  core: ['MetricState', 'checkOptions', 'option', 'readOptions', 'sizeOf', 'toTensorData'],
  datasets: ['oneHot', 'parseIdx'],
  models: ['registerLayers'],
  // What optimizers are written with; the names are too general for a root.
  optimizers: [
    ...[
      'addDecayedWeights',
      'centralize',
      'chain',
      'clipByGlobalNorm',
      'clipByNorm',
      'clipByValue',
      'constant',
    ],
    ...['eachParameter', 'orthogonalize', 'scale', 'scaleByAdam', 'scaleByLearningRate', 'scaleByRms'],
    ...[
      'scaleBySign',
      'scaleByTrustRatio',
      'scaleUpdate',
      'scheduleFreeWeights',
      'stepScalars',
      'toOptimizer',
    ],
    ...['trace', 'updateOf', 'valueOf', 'withName'],
  ],
};

/** Programs that search install it beside. */
const PACKAGES_LEFT_OUT = ['tuning', 'tuning-bullmq'];

describe('the umbrella', () => {
  test('exports what every package exports, but for what is left out by name', async () => {
    const folders = readdirSync(new URL('../../', import.meta.url));
    const names = folders.filter((name) => !['espalier', 'testkit', ...PACKAGES_LEFT_OUT].includes(name));
    for (const name of names) {
      const exported = (await import(`@espalier/${name}`)) as Record<string, unknown>;
      const missing = Object.keys(exported).filter((one) => !(one in espalier));
      expect(missing.sort(), name).toEqual([...(LEFT_OUT[name] ?? [])].sort());
    }
  });
});

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { Trainer } from '../run/trainer.js';
import type { Loss } from './loss.js';
import type { Metric } from './metric.js';
import { checkOutputScale, type OutputScale } from './output-info.js';

beforeAll(() => tf.setBackend('cpu'));

const loss = (from?: OutputScale): Loss => ({
  name: 'loss',
  perExample: (outputs) => tf.mean<tf.Tensor1D>(tf.square(outputs), -1),
  ...(from && { checkOutput: (output) => checkOutputScale('some-loss', output, from) }),
});
const metric = (name = 'accuracy', more: Partial<Metric> = {}): Metric => ({
  name,
  sums: ({ outputs }) => ({ sum: tf.sum(outputs) }),
  result: () => 0,
  ...more,
});
const optimizer = {
  name: 'none',
  learningRate: 0.1,
  init: () => ({}),
  update: (_: unknown, slots: object, parameters: object) => ({ parameters, slots }),
} as never;

const input = tfl.input({ shape: [3] });
const dense = (name: string, activation?: 'sigmoid' | 'softmax' | 'relu', units = 1) =>
  tfl.layers.dense({ name, units, ...(activation && { activation }) });
const two = tfl.model({
  inputs: input,
  outputs: [dense('kind').apply(input), dense('size').apply(input)] as tfl.SymbolicTensor[],
});
const ending = (...layers: tfl.layers.Layer[]): tfl.Sequential =>
  tfl.sequential({ layers: [tfl.layers.dense({ units: 4, inputShape: [3] }), ...layers] });
afterAll(() => two.dispose());

const make = (options: object) => () =>
  new Trainer({ model: ending(dense('output')), loss: loss(), optimizer, ...options } as never);
const both = { model: two, loss: { kind: loss(), size: loss() } };

describe('what does not fit a model is refused by name', () => {
  test.each([
    [
      { loss: tf.losses.meanSquaredError },
      'loss must be a loss of @espalier/losses, e.g. meanSquaredError(), got the function meanSquaredError',
    ],
    [{ loss: 'meanSquaredError' }, "got 'meanSquaredError'; those of TensorFlow.js"],
    [{ loss: null }, 'loss must be a loss'],
    [{ loss: undefined }, 'loss must be a loss'],
    [{ loss: [loss()] }, 'loss must be a loss'],
    [{ loss: {} }, 'no output has a loss; give at least one'],
    [{ ...both, loss: { kind: loss(), size: () => loss() } }, 'loss.size must be a loss'],
    [
      { ...both, loss: { knid: loss() } },
      "loss: there is no output 'knid'; the model has kind, size. Did you mean 'kind'?",
    ],
    [
      { metrics: metric() },
      'metrics must be a list, or lists by output, got the metric accuracy itself; write metrics: [accuracy()]',
    ],
    [{ metrics: null }, 'metrics must be a list'],
    [
      { metrics: ['accuracy'] },
      "metrics[0] must be a metric of @espalier/metrics, e.g. accuracy(), got 'accuracy'",
    ],
    [{ metrics: [metric] }, 'got the function metric'],
    [{ metrics: { output: metric() } }, 'metrics.output must be a list, got the metric accuracy itself'],
    [
      { ...both, metrics: { knid: [metric()] } },
      "metrics: there is no output 'knid'; the model has kind, size. Did you mean 'kind'?",
    ],
    [
      { ...both, loss: { kind: loss() }, metrics: { size: [metric()] } },
      "output 'size' has metrics and no loss",
    ],
    [{ ...both, metrics: [metric()] }, 'kind, size have a loss; give metrics by output: { kind: [...] }'],
    [{ ...both, lossWeights: { kind: NaN } }, 'lossWeights.kind must be a number >= 0, got NaN'],
    [{ ...both, lossWeights: { kind: -1 } }, 'lossWeights.kind must be a number >= 0, got -1'],
    [{ ...both, lossWeights: { king: 1 } }, "lossWeights: there is no output 'king'"],
    [{ ...both, loss: { kind: loss() }, lossWeights: { size: 1 } }, "lossWeights: there is no output 'size'"],
    [{ metrics: [metric('epoch')] }, "a metric is called 'epoch' in the logs"],
    [{ metrics: [metric('learning_rate')] }, "'learning_rate'"],
    [{ metrics: [metric('loss')] }, "'loss'"],
    [{ metrics: [metric('penalty')] }, "'penalty'"],
    [{ metrics: [metric('val_loss')] }, "'val_loss'"],
    [{ ...both, metrics: { kind: [metric('loss')] } }, "two metrics are called 'kind_loss'"],
    [{ metrics: [metric(), metric()] }, "two metrics are called 'accuracy'"],
  ])('%#', (options, message) => {
    expect(make(options)).toThrow(message);
    expect(make(options)).toThrow('[trainer] ');
  });

  test('what fits is taken', () => {
    make({ metrics: [metric(), metric('other')] })();
    make({ ...both, metrics: { kind: [metric()] }, lossWeights: { size: 0 } })();
    make({ ...both, loss: { size: loss() }, metrics: [metric()] })();
  });
});

describe('the last activation and what a loss or metric takes', () => {
  const reshaped = [dense('output', 'softmax', 4), tfl.layers.reshape({ targetShape: [2, 2] })];
  test.each([
    ['sigmoid', ending(dense('output', 'sigmoid')), 'sigmoid'],
    ['softmax', ending(dense('output', 'softmax', 3)), 'softmax'],
    [
      'a layer of its own',
      ending(dense('output'), tfl.layers.activation({ activation: 'hardSigmoid' })),
      'hardSigmoid',
    ],
    ['the layer Softmax', ending(dense('output', undefined, 3), tfl.layers.softmax()), 'softmax'],
    ['before a reshape', ending(...reshaped), 'softmax'],
    [
      'in a nested model',
      ending(
        tfl.sequential({
          layers: [tfl.layers.dense({ units: 1, activation: 'sigmoid', inputShape: [4] })],
        }) as never,
      ),
      'sigmoid',
    ],
  ])('probabilities are no logits: %s', (_, model, activation) => {
    const message = `ends in ${activation}, so it gives probabilities, where logits are expected. Give the option from: 'probabilities'`;
    expect(make({ model, loss: loss('logits') })).toThrow(message);
    make({ model, loss: loss('probabilities') })();
    make({ model })();
    const own = metric('m', { checkOutput: (output) => checkOutputScale('m', output, 'logits') });
    expect(make({ model, metrics: [own] })).toThrow(`[m] `);
  });

  test('logits are no probabilities, and softmax of one unit is nothing', () => {
    for (const model of [ending(dense('output')), ending(dense('output', 'relu'))]) {
      make({ model, loss: loss('logits') })();
      expect(make({ model, loss: loss('probabilities') })).toThrow('so it gives no probabilities');
    }
    for (const from of ['logits', 'probabilities'] as const) {
      expect(make({ model: ending(dense('output', 'softmax')), loss: loss(from) })).toThrow(
        'softmax over one unit, which is 1 for every example',
      );
    }
  });

  test('where it cannot be told nothing is refused', () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.simpleRNN({
          units: 2,
          activation: 'sigmoid',
          recurrentInitializer: 'glorotUniform',
          inputShape: [3, 1],
        }),
      ],
    });
    make({ model, loss: loss('logits') })();
    make({ model, loss: loss('probabilities') })();
  });
});

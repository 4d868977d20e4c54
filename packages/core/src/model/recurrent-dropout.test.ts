import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { prepareTfjs } from '../engine/prepare-tfjs.js';
import type { StepContext } from '../step/step-context.js';
import { bindLayersModel } from './layers-model.js';

interface Plain {
  readonly shape: number[];
  readonly values: number[];
}
const reference = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/models/keras_recurrent_dropout.json', import.meta.url),
    'utf8',
  ),
) as {
  rate: number;
  cases: {
    kind: 'SimpleRNN' | 'GRU' | 'LSTM';
    x: Plain;
    weights: Plain[];
    uniforms: Record<string, Plain>;
    y: Plain;
  }[];
};
const tensor = ({ shape, values }: Plain) => tf.tensor(values, shape);

beforeAll(async () => {
  await tf.setBackend('cpu');
  prepareTfjs();
});
beforeEach(() => void tf.engine().startScope());

/** A step whose random numbers are told by `uniforms`, and which notes what was asked for. */
function stepOf(uniforms: (name: string, shape: readonly number[]) => tf.Tensor, training = true) {
  const asked: string[] = [];
  const step: StepContext = {
    training,
    scalar: () => tf.scalar(0),
    tap: () => undefined,
    random: (name, shape) => {
      asked.push(`${name} [${shape.join(', ')}]`);
      return uniforms(name, shape);
    },
  };
  return { step, asked };
}

function outputsOf(model: tfl.LayersModel, x: tf.Tensor, step: StepContext): number[] {
  const bound = bindLayersModel(model);
  const [input] = Object.keys(bound.inputShapes!);
  const { outputs } = bound.forward({ [input!]: x }, bound.weights(), step);
  return [...Object.values(outputs)[0]!.dataSync()];
}

const options = (rates: object) => ({
  units: 3,
  returnSequences: true,
  recurrentActivation: 'sigmoid' as const,
  recurrentInitializer: 'glorotUniform' as const,
  ...rates,
});

describe.each(reference.cases)('dropout inside $kind', ({ kind, x, weights, uniforms, y }) => {
  const make = { SimpleRNN: tfl.layers.simpleRNN, GRU: tfl.layers.gru, LSTM: tfl.layers.lstm }[kind] as (
    options: object,
  ) => tfl.layers.Layer;
  const rates = { dropout: reference.rate, recurrentDropout: reference.rate };
  const modelOf = (given: object) => {
    const layer = make({ ...options(given), name: 'memory', inputShape: [4, 2] });
    const model = tfl.sequential({ layers: [layer] });
    layer.setWeights(weights.map(tensor));
    return model;
  };

  test('gives what Keras does with the same masks', () => {
    const { step, asked } = stepOf((name) => tensor(uniforms[name.slice(0, name.indexOf('/'))]!));
    const found = outputsOf(modelOf(rates), tensor(x), step);
    found.forEach((value, i) => expect(value).toBeCloseTo(y.values[i]!, 5));
    expect(asked).toEqual(['dropout/memory [3, 2]', 'recurrent-dropout/memory [3, 3]']);
  });

  test('does nothing outside of training, and leaves the layer as it was', () => {
    const model = modelOf(rates);
    const { step, asked } = stepOf(() => tf.scalar(0), false);
    const plain = outputsOf(modelOf({}), tensor(x), step);
    expect(outputsOf(model, tensor(x), step)).toEqual(plain);
    expect(asked).toEqual([]);
    const { cell } = model.layers[0] as unknown as { cell: object };
    expect(cell).toMatchObject(rates);
    expect(Object.keys(cell)).not.toContain('call');
  });
});

const one = (_: string, shape: readonly number[]) => tf.ones([...shape]);

test('cells on top of each other and both directions have masks of their own', () => {
  const cell = (rates: object) => tfl.layers.lstmCell(options(rates));
  const stacked = tfl.layers.rnn({
    cell: [cell({ dropout: 0.5 }), cell({ dropout: 0.5, recurrentDropout: 0.25 })],
    name: 'tower',
    inputShape: [4, 2],
  } as never) as tfl.layers.Layer;
  const bidirectional = tfl.layers.bidirectional({
    layer: tfl.layers.gru(options({ dropout: 0.5 })) as tfl.RNN,
    mergeMode: 'concat',
    name: 'both',
  } as never) as tfl.layers.Layer;
  const { step, asked } = stepOf(one);
  const sequence = tfl.layers.rnn({ cell: cell({}), returnSequences: true } as never) as tfl.layers.Layer;
  outputsOf(
    tfl.sequential({
      layers: [tfl.layers.repeatVector({ n: 4, inputShape: [2] }), sequence, bidirectional],
    }),
    tf.ones([2, 2]),
    step,
  );
  expect(asked).toEqual(['dropout/2/both [2, 3]', 'dropout/3/both [2, 3]']);
  asked.length = 0;
  outputsOf(tfl.sequential({ layers: [stacked] }), tf.ones([2, 4, 2]), step);
  expect(asked).toEqual([
    'dropout/tower [2, 2]',
    'dropout/2/tower [2, 3]',
    'recurrent-dropout/2/tower [2, 3]',
  ]);
});

test('a rate of 1, and layers whose cells are others, are refused by name', () => {
  const bind = (layer: tfl.layers.Layer) => () => bindLayersModel(tfl.sequential({ layers: [layer] }));
  expect(bind(tfl.layers.lstm({ ...options({ dropout: 1 }), inputShape: [4, 2] }))).toThrow(
    'drops all of its inputs or its state',
  );
  expect(
    bind(
      tfl.layers.convLstm2d({
        filters: 1,
        kernelSize: 2,
        dropout: 0.5,
        inputShape: [2, 4, 4, 1],
      } as never) as tfl.layers.Layer,
    ),
  ).toThrow('draws random numbers that no seed reaches');
});

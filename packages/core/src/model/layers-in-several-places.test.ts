import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { testStep } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { bindLayersModel } from './layers-model.js';

beforeAll(() => tf.setBackend('cpu'));

const UNITS = 400;

/** Outputs of a training step, as numbers. */
function outputOf(model: tfl.LayersModel, inputs: tf.Tensor[], { seed = 1, step = 0 } = {}): number[] {
  const bound = bindLayersModel(model);
  const context = testStep({ seed, step });
  const names = Object.keys(bound.inputShapes!);
  const forward = bound.forward(
    Object.fromEntries(names.map((name, i) => [name, inputs[i]!])),
    bound.weights(),
    context,
  );
  const [output] = Object.values(forward.outputs);
  const values = [...output!.dataSync()];
  forward.release?.();
  context.dispose();
  return values;
}

describe('random numbers of layers', () => {
  test('one Dropout that is applied to two inputs draws a mask for each', () => {
    const dropout = tfl.layers.dropout({ rate: 0.5 });
    const [a, b] = [tfl.input({ shape: [UNITS] }), tfl.input({ shape: [UNITS] })];
    const dropped = [a, b].map((input) => dropout.apply(input) as tfl.SymbolicTensor);
    const output = tfl.layers.dot({ axes: 1 }).apply(dropped) as tfl.SymbolicTensor;
    const ones = tf.ones([1, UNITS]);
    const [sum] = outputOf(tfl.model({ inputs: [a, b], outputs: output }), [ones, ones]);
    // Each keeps half, doubled: one mask gives 2 per unit, two give 1.
    expect(sum! / UNITS).toBeGreaterThan(0.7);
    expect(sum! / UNITS).toBeLessThan(1.3);
  });

  const unnamed = () => tfl.sequential({ layers: [tfl.layers.dropout({ rate: 0.5, inputShape: [UNITS] })] });

  test('a Dropout without a name draws by its place in the model, not by a number of the process', () => {
    const ones = tf.ones([1, UNITS]);
    expect(outputOf(unnamed(), [ones])).toEqual(outputOf(unnamed(), [ones]));
    expect(outputOf(unnamed(), [ones], { step: 1 })).not.toEqual(outputOf(unnamed(), [ones]));
    expect(outputOf(unnamed(), [ones], { seed: 2 })).not.toEqual(outputOf(unnamed(), [ones]));
  });

  test('a Dropout within a model that TimeDistributed wraps is refused, whatever lies around it', () => {
    const inner = tfl.sequential({
      layers: [tfl.layers.dense({ units: 2, inputShape: [2] }), tfl.layers.dropout({ rate: 0.5 })],
    });
    const wrapped = tfl.layers.timeDistributed({ layer: inner as unknown as tfl.layers.Layer });
    const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [3, 2] }), wrapped] });
    expect(() => bindLayersModel(model)).toThrow('draws random numbers that no seed reaches');
  });

  test('two of them in one model draw masks of their own, and a name is kept', () => {
    const ones = tf.ones([1, UNITS]);
    const [first, second] = [tfl.layers.dropout({ rate: 0.5 }), tfl.layers.dropout({ rate: 0.5 })];
    const input = tfl.input({ shape: [UNITS] });
    const both = [first, second].map((layer) => layer.apply(input) as tfl.SymbolicTensor);
    const output = tfl.layers.dot({ axes: 1 }).apply(both) as tfl.SymbolicTensor;
    const [sum] = outputOf(tfl.model({ inputs: input, outputs: output }), [ones]);
    expect(sum! / UNITS).toBeLessThan(1.3);
    const named = (name: string) =>
      tfl.sequential({ layers: [tfl.layers.dropout({ rate: 0.5, inputShape: [UNITS], name })] });
    expect(outputOf(named('a'), [ones])).not.toEqual(outputOf(named('b'), [ones]));
    expect(outputOf(named('dropout_1'), [ones])).not.toEqual(outputOf(unnamed(), [ones]));
  });
});

describe('layers of the model and of models in it', () => {
  test('one that is used in both is counted once', () => {
    const shared = tfl.layers.dense({
      name: 'shared',
      units: 2,
      kernelInitializer: 'ones',
      kernelRegularizer: tfl.regularizers.l2({ l2: 1 }),
    });
    const [outer, inner] = [tfl.input({ shape: [2] }), tfl.input({ shape: [2] })];
    const nested = tfl.model({ inputs: inner, outputs: shared.apply(inner) as tfl.SymbolicTensor });
    const twice = nested.apply(nested.apply(shared.apply(outer) as tfl.SymbolicTensor)) as tfl.SymbolicTensor;
    const bound = bindLayersModel(tfl.model({ inputs: outer, outputs: twice }));
    expect(Object.keys(bound.weights())).toEqual(['shared/kernel', 'shared/bias']);
    expect(bound.penalty!(bound.weights()).dataSync()[0]).toBe(4);
  });

  test.each([
    ['the layer', (model: tfl.Sequential) => void (model.layers[0]!.trainable = false)],
    ['the model', (model: tfl.Sequential) => void (model.trainable = false)],
  ])('a stock batch normalisation uses and keeps its averages when %s is frozen', (_, freeze) => {
    const model = tfl.sequential({
      layers: [tfl.layers.batchNormalization({ inputShape: [2], momentum: 0.5, epsilon: 0.25 })],
    });
    const x = tf.tensor2d([[1, 2], [3, 6]]); // prettier-ignore
    const name = Object.keys(bindLayersModel(model).inputShapes!)[0]!;
    const forwardOf = () => {
      const bound = bindLayersModel(model);
      const { outputs, assigned, release } = bound.forward({ [name]: x }, bound.weights(), testStep({}));
      const result = {
        values: [...Object.values(outputs)[0]!.dataSync()],
        assigned: Object.keys(assigned).length,
      };
      release?.();
      return result;
    };
    expect(forwardOf().assigned).toBe(2);
    freeze(model);
    // Mean 0, variance 1 of the start: x / sqrt(1.25).
    const { values, assigned } = forwardOf();
    expect(assigned).toBe(0);
    values.forEach((value, i) => expect(value).toBeCloseTo([1, 2, 3, 6][i]! / Math.sqrt(1.25), 5));
  });
});

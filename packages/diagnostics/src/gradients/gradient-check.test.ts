import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Executor, FunctionalModel, Loss } from '@espalier/core';
import { eager } from '@espalier/core';
import { expectNoLeak, toyCrossEntropy } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import { gradientCheck } from './gradient-check.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const squares: Loss = {
  name: 'squares',
  perExample: (outputs, targets) => tf.mean(tf.square(tf.sub(outputs, targets)), 1),
};

/** (x w)^3 + b, whose gradient in w is `factor` times the right one. */
function cubic(factor: number, w: number[] = [0.7, -0.4]): FunctionalModel {
  const cube = tf.customGrad((x, save) => {
    (save as (tensors: tf.Tensor[]) => void)([x as tf.Tensor]);
    return {
      value: tf.pow(x as tf.Tensor, 3),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.mul(3 * factor, tf.square(saved[0]!))),
    };
  });
  return {
    parameters: {
      'cube/kernel': tf.variable(tf.tensor2d([w])),
      'cube/bias': tf.variable(tf.tensor1d([0.1, 0.2])),
    },
    forward: ({ input }, weights) =>
      tf.add(
        cube(tf.matMul(input as tf.Tensor2D, weights['cube/kernel'] as tf.Tensor2D)),
        weights['cube/bias']!,
      ),
  };
}

const batch = {
  inputs: tf.tensor2d([[1], [0.5], [-0.8]]),
  targets: tf.tensor2d([
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ]),
};

describe('gradientCheck', () => {
  test('finds smooth gradients right, and the numbers are those of calculus', async () => {
    const { verdict, parameters, sentence } = await gradientCheck(cubic(1), squares, batch);
    expect([verdict, parameters.map((one) => one.verdict)]).toEqual(['right', ['right', 'right']]);
    expect(sentence).toMatch(/^The gradients of all 2 parameters agree with differences within /);
    const [x, t] = [batch.inputs.arraySync(), batch.targets.arraySync()] as [number[][], number[][]];
    for (const { index, analytic, numeric } of parameters[0]!.entries) {
      const j = index[1]!;
      const w = [0.7, -0.4][j]!;
      const b = [0.1, 0.2][j]!;
      const exact =
        x.reduce((sum, [xi], i) => sum + 2 * ((xi! * w) ** 3 + b - t[i]![j]!) * 3 * (xi! * w) ** 2 * xi!, 0) /
        6;
      expect(analytic).toBeCloseTo(exact, 6);
      expect(Math.abs(numeric - exact) / Math.abs(exact)).toBeLessThan(2e-3);
    }
  });

  test.each([0.9, 1.1, -1, 0])(
    'finds a gradient that is %f times the right one, and where',
    async (factor) => {
      const { verdict, parameters, sentence } = await gradientCheck(cubic(factor), squares, batch);
      expect(verdict).toBe('wrong');
      expect(parameters.map((one) => one.verdict)).toEqual(['wrong', 'right']);
      expect(parameters[0]!.relativeError!).toBeCloseTo(
        Math.abs(1 - factor) / Math.max(1, Math.abs(factor)),
        2,
      );
      expect(sentence).toMatch(/^The gradient of cube\/kernel is wrong: cube\/kernel\[0,[01]\] has /);
    },
  );

  test('finds a gradient that is NaN', async () => {
    const { parameters } = await gradientCheck(cubic(NaN), squares, batch);
    expect(parameters.map((one) => one.verdict)).toEqual(['wrong', 'right']);
  });

  test('does not judge where a ReLU stands at 0, and says so', async () => {
    const model: FunctionalModel = {
      parameters: { w: tf.variable(tf.tensor1d([0, 1])) },
      forward: ({ input }, { w }) => tf.relu(tf.mul(input!, w!)),
    };
    const ones = { inputs: tf.ones([2, 2]), targets: tf.mul(tf.ones([2, 2]), 3) };
    const { verdict, sentence, parameters } = await gradientCheck(model, squares, ones);
    expect(verdict).toBe('right');
    expect(parameters[0]!.counts).toEqual({ right: 1, wrong: 0, kink: 1, small: 0 });
    expect(parameters[0]!.entries.find((entry) => entry.verdict === 'kink')).toMatchObject({
      index: [0],
      uncertainty: null,
    });
    expect(sentence).toContain('Not judged: 1 entries lie at a kink');
    const allZero: FunctionalModel = { ...model, parameters: { w: tf.variable(tf.zeros([2])) } };
    const undecided = await gradientCheck(allZero, squares, ones);
    expect([undecided.verdict, undecided.sentence]).toEqual([
      'undecided',
      'No entry of w could be judged. Not judged: 2 entries lie at a kink (a ReLU at 0, a tie of a maximum).',
    ]);
    const beside: FunctionalModel = {
      parameters: { ...allZero.parameters, b: tf.variable(tf.scalar(1)) },
      forward: (inputs, weights, step) =>
        tf.add(allZero.forward(inputs, weights, step) as tf.Tensor, weights['b']!),
    };
    expect((await gradientCheck(beside, squares, ones)).sentence).toContain(
      'No entry of w could be judged. The gradients of the others agree with differences.',
    );
  });

  test('does not judge a tie in a max pool', async () => {
    const model: FunctionalModel = {
      parameters: { w: tf.variable(tf.tensor1d([0.5, 0.5, 0.1, 0.2])) },
      forward: ({ input }, { w }) =>
        tf.reshape(
          tf.maxPool(
            tf.mul(input as tf.Tensor4D, tf.reshape(w!, [1, 2, 2, 1])) as tf.Tensor4D,
            2,
            2,
            'valid',
          ),
          [-1, 1],
        ),
    };
    const given = { inputs: tf.ones([1, 2, 2, 1]), targets: tf.tensor2d([[2]]) };
    const [w] = (await gradientCheck(model, squares, given)).parameters;
    expect(
      w!.entries
        .filter(({ verdict }) => verdict === 'kink')
        .map(({ index }) => index[0])
        .sort(),
    ).toEqual([0, 1]);
    expect(w!.counts.wrong).toBe(0);
  });

  test('judges one named layer of a network with ReLU, pooling and dropout, and leaves nothing behind', async () => {
    const model = attributionModel();
    const given = { inputs: attributionInputs, targets: tf.tensor1d([0, 2, 1], 'int32') };
    const before = model.getWeights().map((weight) => weight.dataSync().slice());
    await expectNoLeak(async () => {
      const { verdict, parameters } = await gradientCheck(model, toyCrossEntropy(), given, {
        parameters: ['conv/kernel'],
        samples: 12,
      });
      expect([verdict, parameters.length, parameters[0]!.entries.length]).toEqual(['right', 1, 12]);
      expect(parameters[0]!.relativeError!).toBeLessThan(3e-3);
      expect(parameters[0]!.counts.right).toBeGreaterThan(8);
    });
    expect(model.getWeights().map((weight) => weight.dataSync().slice())).toEqual(before);
    const dropped = tfl.sequential({
      layers: [
        ...model.layers.slice(0, 3),
        tfl.layers.dropout({ rate: 0.5 }),
        tfl.layers.dense({ units: 3, name: 'end' }),
      ],
    });
    expect((await gradientCheck(dropped, toyCrossEntropy(), given, { samples: 4 })).verdict).toBe('right');
  });

  test('counts penalties of the model in', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 2,
          name: 'line',
          inputShape: [1],
          kernelRegularizer: tfl.regularizers.l2({ l2: 5 }),
          kernelInitializer: tfl.initializers.constant({ value: 0.5 }),
        }),
      ],
    });
    const { verdict, parameters } = await gradientCheck(model, squares, batch, { parameters: 'kernels' });
    expect(verdict).toBe('right');
    // The penalty alone has 2 * 5 * 0.5.
    for (const { analytic } of parameters[0]!.entries) expect(analytic).toBeGreaterThan(4);
  });

  test('checks the gradients of an executor, dropout and all, and finds its bugs', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'tanh', name: 'hidden', inputShape: [3] }),
        tfl.layers.dropout({ rate: 0.5, name: 'drop' }),
        tfl.layers.dense({ units: 3, name: 'output' }),
      ],
    });
    const given = {
      inputs: tf.tensor2d([1, 2, -1, 0.5, 0.2, 1, -1, 1, 0.3], [3, 3]),
      targets: tf.oneHot(tf.tensor1d([0, 2, 1], 'int32'), 3),
    };
    const broken: Executor = {
      name: 'broken',
      start: (program, state) =>
        eager().start(
          {
            ...program,
            predict: (...step) => {
              const outputs = program.predict(...step);
              const name = 'gradient/hidden/kernel';
              return { ...outputs, [name]: tf.mul(outputs[name]!, 1.2) };
            },
          },
          state,
        ),
    };
    const verdictOf = async (executor: Executor) =>
      gradientCheck(model, toyCrossEntropy(), given, { executor, samples: 5, seed: 4 });
    await expectNoLeak(async () => {
      expect((await verdictOf(eager())).verdict).toBe('right');
      const { parameters } = await verdictOf(broken);
      expect(
        parameters.filter(({ verdict }) => verdict === 'wrong').map(({ parameter }) => parameter),
      ).toEqual(['hidden/kernel']);
    });
    await expect(verdictOf({} as never)).rejects.toThrow('an executor, such as compiled()');
  });

  test('logits that are all alike are no kink of the softmax, and hide no bug', async () => {
    const head = (factor: number): FunctionalModel => {
      const scaled = tf.customGrad((x) => ({
        value: tf.clone(x as tf.Tensor),
        gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor),
      }));
      return {
        parameters: { bias: tf.variable(tf.zeros([3])) },
        forward: ({ input }, { bias }) => tf.add(tf.mul(tf.sum(input!, 1, true), 0), scaled(bias!)),
      };
    };
    const given = { inputs: tf.ones([5, 2]), targets: tf.oneHot(tf.tensor1d([0, 1, 1, 2, 1], 'int32'), 3) };
    const right = await gradientCheck(head(1), toyCrossEntropy(), given);
    expect([right.verdict, right.parameters[0]!.counts]).toEqual([
      'right',
      { right: 3, wrong: 0, kink: 0, small: 0 },
    ]);
    expect((await gradientCheck(head(1.3), toyCrossEntropy(), given)).verdict).toBe('wrong');
  });

  test('refuses a loss that is not finite, and one that is another each time', async () => {
    const model = (w: number, noise = false): FunctionalModel => {
      let calls = 0;
      return {
        parameters: { w: tf.variable(tf.scalar(w)) },
        forward: ({ input }, weights) => tf.add(tf.mul(input!, weights['w']!), noise ? calls++ : 0),
      };
    };
    const [infinite, noisy] = [model(NaN), model(1, true)];
    await expectNoLeak(async () => {
      await expect(gradientCheck(infinite, squares, batch)).rejects.toThrow('the loss is NaN');
      await expect(gradientCheck(noisy, squares, batch)).rejects.toThrow('no seed reaches');
    });
  });

  test('refuses batches that the trainer refuses', async () => {
    const layer = tfl.layers.dense({ units: 3, inputShape: [2], name: 'layer' });
    const model = tfl.sequential({ layers: [layer] });
    const good = { inputs: tf.ones([2, 2]), targets: tf.tensor1d([0, 2], 'int32') };
    const given = (change: object) => gradientCheck(model, toyCrossEntropy(), { ...good, ...change });
    await expectNoLeak(async () => {
      for (const [change, message] of [
        [
          { inputs: { data: new Float32Array(6), shape: [2, 3], dtype: 'float32' } },
          'the model takes [N, 2]',
        ],
        [{ inputs: { data: new Float32Array(3), shape: [2, 2], dtype: 'float32' } }, '4 numbers'],
        [
          { inputs: { data: Float32Array.of(1, 2, NaN, 4), shape: [2, 2], dtype: 'float32' } },
          'NaN in example 1',
        ],
        [{ weights: { data: Float32Array.of(1), shape: [1], dtype: 'float32' } }, 'every example needs both'],
      ] as const)
        await expect(given(change)).rejects.toThrow(message);
      await expect(gradientCheck(model, toyCrossEntropy(), undefined as never)).rejects.toThrow(
        'batch must be',
      );
    });
  });

  test('refuses what it cannot check', async () => {
    await expect(gradientCheck(cubic(1), squares, batch, { parameters: ['cube'] })).rejects.toThrow(
      "'cube' does not exist",
    );
    await expect(gradientCheck(cubic(1), squares, batch, { sample: 1 } as never)).rejects.toThrow(
      "no option 'sample'",
    );
    await expect(gradientCheck(cubic(1), squares, { ...batch, inputs: tf.zeros([0, 1]) })).rejects.toThrow(
      'at least one',
    );
  });
});

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Loss } from '@espalier/core';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import torch from '../../../../testing/references/diagnostics/influence.json' with { type: 'json' };
import { influenceFunctions, tracIn } from '../index.js';

beforeAll(() => tf.setBackend('cpu'));

const LAST = ['output/kernel', 'output/bias'];
const array = (data: readonly number[], ...shape: number[]) => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32' as const,
});
const oneHot = (labels: readonly number[]) =>
  array(labels.flatMap((label) => [0, 1, 2].map((c) => Number(c === label))), labels.length, 3); // prettier-ignore
const loss: Loss = {
  name: 'softmax-cross-entropy',
  perExample: (logits, targets) => tf.neg(tf.sum<tf.Tensor1D>(tf.mul(targets, tf.logSoftmax(logits)), -1)),
};
const train = { inputs: array(torch.inputs, 8, 4), targets: oneHot(torch.labels) };
const tests = { inputs: array(torch.tests, 3, 4), targets: oneHot(torch.testLabels) };
const checkpoints = torch.checkpoints.map(({ learningRate, weights }) => ({
  learningRate,
  weights: Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [name, array(values, ...shape)]),
  ),
}));

/** The network of the reference at its first checkpoint. */
function network(): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 5, activation: 'tanh', inputShape: [4], name: 'hidden_1' }),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.dense({ units: 3, name: 'output' }),
    ],
  });
  tf.tidy(() =>
    model.setWeights(Object.values(checkpoints[0]!.weights).map(({ data, shape }) => tf.tensor(data, shape))),
  );
  return model;
}
const close = (got: ArrayLike<number>, wanted: readonly number[], share: number): void => {
  expect(got.length).toBe(wanted.length);
  const size = Math.max(...wanted.map(Math.abs));
  wanted.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(share * size));
};

describe("tracIn is PyTorch's gradients, example by example", () => {
  test('over checkpoints, of all parameters and of the last layer, dropout off', async () => {
    const model = network();
    await expectNoLeak(async () => {
      const { scores, own, parameters } = await tracIn(model, loss, train, tests, { checkpoints });
      expect(scores.shape).toEqual([3, 8]);
      close(scores.data, torch.all.scores, 1e-5);
      close(own, torch.all.own, 1e-5);
      expect(parameters).toEqual(['hidden_1/kernel', 'hidden_1/bias', ...LAST]);
      const last = await tracIn(model, loss, train, tests, { checkpoints, parameters: LAST });
      close(last.scores.data, torch.last.scores, 1e-5);
      close(last.own, torch.last.own, 1e-5);
    });
  });

  test('at the weights as they are, and at checkpoints as a trainer has them', async () => {
    const model = network();
    const present = await tracIn(model, loss, train, tests);
    const [first] = checkpoints;
    const once = await tracIn(model, loss, train, tests, { checkpoints: [{ ...first!, learningRate: 0.5 }] });
    close(once.own, present.own.map((value) => value / 2), 1e-6); // prettier-ignore
    const arrays = Object.fromEntries(
      Object.entries(first!.weights).map(([name, weight]) => [`parameters/${name}`, weight]),
    );
    expect(await tracIn(model, loss, train, tests, { checkpoints: [{ arrays, learningRate: 0.5 }] })).toEqual(
      once,
    );
  });

  test('says what a step of descent does to the loss', async () => {
    const model = network();
    const { scores } = await tracIn(model, loss, train, tests);
    const at = (n: number) => tests.inputs.data.slice(4 * n, 4 * n + 4);
    const lossOf = (n: number): number =>
      tf.tidy(() => {
        const logits = model.predict(tf.tensor2d(at(n), [1, 4])) as tf.Tensor;
        return loss
          .perExample(logits, tf.tensor2d(tests.targets.data.slice(3 * n, 3 * n + 3), [1, 3]))
          .dataSync()[0]!;
      });
    const before = [0, 1, 2].map(lossOf);
    // One small step on training example 4 alone.
    const rate = 1e-3;
    tf.tidy(() => {
      const x = tf.tensor2d(train.inputs.data.slice(16, 20), [1, 4]);
      const y = tf.tensor2d(train.targets.data.slice(12, 15), [1, 3]);
      const { grads } = tf.variableGrads(() => tf.mean(loss.perExample(model.predict(x) as tf.Tensor, y)));
      for (const weight of model.trainableWeights) {
        const gradient = grads[(weight.read() as tf.Variable).name];
        weight.write(tf.sub(weight.read(), tf.mul(gradient!, rate)));
      }
    });
    [0, 1, 2]
      .map(lossOf)
      .forEach((after, t) => expect((before[t]! - after) / rate).toBeCloseTo(scores.data[8 * t + 4]!, 1));
  });
});

test("influenceFunctions are PyTorch's, by the Hessian of the last layer", async () => {
  const model = network();
  await expectNoLeak(async () => {
    const options = { parameters: LAST, damping: torch.damping };
    const { scores, own } = await influenceFunctions(model, loss, train, tests, options);
    close(scores.data, torch.influence.scores, 2e-3);
    close(own, torch.influence.own, 2e-3);
  });
});

test('refuse other parameters, checkpoints and batches, and a Hessian that is none of a minimum', async () => {
  const model = network();
  await expectNoLeak(async () => {
    const of = (options: object) => tracIn(model, loss, train, tests, options);
    await expect(of({ parameters: ['output/kernal'] })).rejects.toThrow("did you mean 'output/kernel'");
    await expect(of({ checkpoints: [{ weights: {}, learningRate: 1 }] })).rejects.toThrow(
      "has no 'hidden_1/kernel'",
    );
    const other = { ...checkpoints[0]!.weights, 'output/bias': array([1], 1) };
    await expect(of({ checkpoints: [{ weights: other, learningRate: 1 }] })).rejects.toThrow(
      "'output/bias' is [1] in a checkpoint, [3] in the model",
    );
    const short = { inputs: train.inputs, targets: tests.targets };
    await expect(tracIn(model, loss, short, tests)).rejects.toThrow("has 8 examples and 'output' has 3");
    const weighted = { ...train, weights: array([1], 1) };
    await expect(tracIn(model, loss, weighted, tests)).rejects.toThrow('train.weights');
    const steep = { parameters: ['hidden_1/kernel', 'hidden_1/bias'], damping: 1e-6 };
    await expect(influenceFunctions(model, loss, train, tests, steep)).rejects.toThrow('more damping');
  });
  const large = tfl.sequential({
    layers: [tfl.layers.dense({ units: 500, inputShape: [4], name: 'large' })],
  });
  await expect(
    influenceFunctions(large, loss, train, tests, { parameters: ['large/kernel', 'large/bias'] }),
  ).rejects.toThrow('at most 2000 numbers together');
  large.dispose();
});

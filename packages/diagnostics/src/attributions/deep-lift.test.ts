import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { stream } from '@espalier/core';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import torch from '../../../../testing/references/diagnostics/attributions.json' with { type: 'json' };
import captum from '../../../../testing/references/diagnostics/deep-lift.json' with { type: 'json' };
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import { deepLift, inputXGradient, lrp, saliency } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const close = (got: ArrayLike<number>, wanted: ArrayLike<number>, digits = 5): void => {
  expect(got.length).toBe(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};
const array = (data: ArrayLike<number>, ...shape: number[]) => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32' as const,
});
const targets = torch.labels;
const { mlp } = captum;

/** Dense layers of the reference, with these activations. */
function denseModel(
  layers: readonly number[],
  activations: readonly (tfl.layers.Layer | undefined)[],
): tfl.Sequential {
  const model = tfl.sequential();
  layers.forEach((k, i) => {
    const units = k === 5 ? 3 : 6;
    model.add(tfl.layers.dense({ units, ...(i === 0 && { inputShape: [5] }), name: `dense_${i}` }));
    const activation = activations[i];
    if (activation) model.add(activation);
  });
  tf.tidy(() =>
    model.setWeights(
      layers.flatMap((k, i) => {
        const { kernel, bias } = mlp.weights[k]!;
        return [tf.tensor2d(kernel, [i === 0 ? 5 : 6, bias.length]), tf.tensor1d(bias)];
      }),
    ),
  );
  return model;
}
const rows = array(mlp.inputs, 4, 5);

describe("deepLift is captum's", () => {
  test('through relu and max pooling', async () => {
    const model = attributionModel();
    await expectNoLeak(async () => {
      const found = await deepLift(model, attributionInputs, { targets, baseline: captum.baseline });
      close(found.values['conv_input']!.data, captum.cnn.deepLift);
      expect(found.complete).toBe(true);
      found.gaps.forEach((gap) => expect(Math.abs(gap)).toBeLessThan(1e-4));
    });
    // The gradient that others take is its own again.
    const { values } = await saliency(model, attributionInputs, { targets, absolute: false });
    close(values['conv_input']!.data, torch.saliency);
  });

  test('through tanh, elu, sigmoid, leaky relu and softplus, beside a baseline of its own', async () => {
    const model = denseModel(
      [0, 1, 2, 3, 4, 5],
      [
        tfl.layers.activation({ activation: 'tanh' }),
        tfl.layers.elu({}),
        tfl.layers.activation({ activation: 'sigmoid' }),
        tfl.layers.leakyReLU({ alpha: 0.2 }),
        tfl.layers.activation({ activation: 'softplus' }),
      ],
    );
    await expectNoLeak(async () => {
      const [name] = model.inputNames ?? ['dense_0_input'];
      const found = await deepLift(model, rows, {
        targets: mlp.targets,
        baseline: { [name!]: array(mlp.base, 1, 5) },
      });
      close(Object.values(found.values)[0]!.data, mlp.deepLift, 4);
      expect(found.complete).toBe(true);
    });
  });
});

test('attributions add up to the change of the score, whatever the network, the inputs and the baseline', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const numbers = stream(seed, 'deep-lift-test');
    const kinds = ['relu', 'tanh', 'selu', 'sigmoid', 'elu', 'softplus'] as const;
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 3,
          kernelSize: 2,
          padding: 'same',
          activation: kinds[seed % 6]!,
          inputShape: [5, 5, 2],
        }),
        tfl.layers.batchNormalization(),
        seed % 2
          ? tfl.layers.maxPooling2d({ poolSize: 3, strides: 1 })
          : tfl.layers.averagePooling2d({ poolSize: 2 }),
        tfl.layers.activation({ activation: kinds[(seed + 1) % 6]! }),
        tfl.layers.flatten(),
        tfl.layers.dropout({ rate: 0.5 }),
        tfl.layers.dense({ units: 3 }),
      ],
    });
    tf.tidy(() =>
      model.setWeights(
        model.getWeights().map((weight, i) => {
          const values = tf.tensor(numbers.normals(weight.size), weight.shape);
          return i === 7 ? tf.add(tf.abs(values), 0.1) : values;
        }),
      ),
    );
    const inputs = array(numbers.normals(100), 2, 5, 5, 2);
    const { gaps, scores, baselineScores, complete } = await deepLift(model, inputs, {
      baseline: seed / 4 - 1,
    });
    gaps.forEach((gap, n) =>
      expect(Math.abs(gap)).toBeLessThan(1e-3 * (1 + Math.abs(scores[n]!) + Math.abs(baselineScores[n]!))),
    );
    expect(complete).toBe(true);
    model.dispose();
  }
});

describe("lrp is captum's", () => {
  test('through relu and max pooling', async () => {
    const { values } = await lrp(attributionModel(), attributionInputs, { targets });
    close(values['conv_input']!.data, captum.cnn.lrp, 4);
  });

  test('through tanh, where it is no gradient', async () => {
    const model = denseModel([0, 5], [tfl.layers.activation({ activation: 'tanh' })]);
    const { values } = await lrp(model, rows, { targets: mlp.targets, epsilon: 1e-9 });
    close(Object.values(values)[0]!.data, mlp.lrp, 4);
    const gradient = await inputXGradient(model, rows, { targets: mlp.targets });
    expect(Math.abs(Object.values(gradient.values)[0]!.data[0]! - mlp.lrp[0]!)).toBeGreaterThan(0.01);
  });

  test('by the formula: epsilon takes its part of each unit, and without biases all is handed back', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 2, activation: 'relu', useBias: false, inputShape: [2] }),
        tfl.layers.dense({ units: 1, useBias: false }),
      ],
    });
    tf.tidy(() => model.setWeights([tf.tensor2d([[1, 2], [3, -1]]), tf.tensor2d([[2], [1]])])); // prettier-ignore
    const found = await lrp(model, array([1, 1, 2, 1], 2, 2), { epsilon: 1 });
    // z = [4, 1] and [5, 3]: each unit hands z / (z + 1) of its part back.
    close(Array.from(Object.values(found.values)[0]!.data).slice(0, 2), [(1 * 2 * 4) / 5 + (2 * 1) / 2, (3 * 2 * 4) / 5 - 1 / 2]); // prettier-ignore
    const whole = await lrp(model, array([1, 1, 2, 1], 2, 2));
    const sums = [0, 1].map((n) => Array.from(Object.values(whole.values)[0]!.data).slice(2 * n, 2 * n + 2).reduce((a, b) => a + b)); // prettier-ignore
    close(sums, whole.scores, 4);
  });
});

test('what has no rule is refused by name, and leaves nothing', async () => {
  const dense = (options: object = {}) =>
    tfl.layers.dense({ units: 2, name: 'out', inputShape: [2], ...options });
  const of = (...layers: tfl.layers.Layer[]) => tfl.sequential({ layers });
  const inputs = array([1, 2], 1, 2);
  const [soft, gate, sigmoid, plain] = ['softmax', 'swish', 'sigmoid', 'linear'].map((activation) =>
    of(dense({ activation })),
  );
  await expectNoLeak(async () => {
    await expect(deepLift(soft!, inputs)).rejects.toThrow('there is no rule for Softmax in layer out');
    await expect(deepLift(gate!, inputs)).rejects.toThrow('there is no rule for Multiply');
    await expect(lrp(sigmoid!, inputs)).rejects.toThrow('there is no rule for Sigmoid');
    const baseline = { x: inputs };
    await expect(deepLift(plain!, inputs, { baseline })).rejects.toThrow('baseline has no input');
  });
});

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import torch from '../../../../testing/references/diagnostics/attributions.json' with { type: 'json' };
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import {
  attributionImages,
  gradCam,
  inputXGradient,
  integratedGradients,
  occlusion,
  saliency,
  smoothGrad,
} from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const close = (got: ArrayLike<number>, wanted: readonly number[], digits = 5): void => {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};
const targets = torch.labels;

/** 3 x_1 - 2 x_2 + 1, and its opposite. */
function line(): tfl.LayersModel {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, name: 'line', inputShape: [2] })] });
  tf.tidy(() =>
    model.setWeights([
      tf.tensor2d([
        [3, -3],
        [-2, 2],
      ]),
      tf.tensor1d([1, -1]),
    ]),
  );
  return model;
}
const rows = tf.tensor2d([
  [1, 2],
  [-1, 0.5],
]);

describe("attributions are PyTorch's", () => {
  test('saliency, with and without signs, and input x gradient', async () => {
    const model = attributionModel();
    await expectNoLeak(async () => {
      const { values, scores } = await saliency(model, attributionInputs, { targets, absolute: false });
      close(values['conv_input']!.data, torch.saliency);
      close(
        scores,
        targets.map((target, n) => torch.activations.output[3 * n + target]!),
      );
      expect(values['conv_input']!.shape).toEqual([3, 8, 8, 2]);
      const absolute = await saliency(model, attributionInputs, { targets });
      close(absolute.values['conv_input']!.data, torch.saliency.map(Math.abs));
      const product = await inputXGradient(model, attributionInputs, { targets });
      close(
        product.values['conv_input']!.data,
        torch.saliency.map((g, i) => g * torch.inputs[i]!),
      );
    });
  });

  test('integrated gradients, which add up', async () => {
    const { baseline, steps } = torch.integrated;
    const model = attributionModel();
    await expectNoLeak(async () => {
      const options = { targets, baseline, steps };
      const found = await integratedGradients(model, attributionInputs, options);
      close(found.values['conv_input']!.data, torch.integrated.values);
      expect(found.complete).toBe(true);
      const first = Array.from(found.values['conv_input']!.data).slice(0, 128);
      const sum = first.reduce((all, one) => all + one, 0);
      expect(found.gaps[0]).toBeCloseTo(sum - (found.scores[0]! - found.baselineScores[0]!), 5);
      const array = {
        data: new Float32Array(128).fill(baseline),
        shape: [1, 8, 8, 2],
        dtype: 'float32',
      } as const;
      const same = await integratedGradients(model, attributionInputs, {
        ...options,
        baseline: { conv_input: array },
      });
      expect(same.values).toEqual(found.values);
      // A step in the middle of a path with corners is not enough, and the record says so.
      const coarse = await integratedGradients(model, attributionInputs, {
        targets,
        steps: 1,
        tolerance: 1e-3,
      });
      expect(coarse.complete).toBe(false);
    });
  });

  test('Grad-CAM of the last convolution, and enlarged', async () => {
    const model = attributionModel();
    await expectNoLeak(async () => {
      const { layer, maps } = await gradCam(model, attributionInputs, { targets });
      expect([layer, maps.shape]).toEqual(['conv', [3, 8, 8]]);
      close(maps.data, torch.gradCam);
      const large = await gradCam(model, attributionInputs, { targets, size: [16, 16] });
      expect(large.maps.shape).toEqual([3, 16, 16]);
      // Corners of a bilinear enlargement are those of the small map.
      expect(large.maps.data[0]).toBeCloseTo(torch.gradCam[0]!, 5);
    });
  });

  test('occlusion, whose last windows end at the border', async () => {
    const { size, stride, value, values } = torch.occlusion;
    const model = attributionModel();
    await expectNoLeak(async () => {
      const { drops } = await occlusion(model, attributionInputs, { targets, size, stride, value });
      expect(drops.shape).toEqual([3, 8, 8]);
      close(drops.data, values);
    });
  });
});

describe('attributions of a line', () => {
  test('are its slope, for the output that is asked for', async () => {
    const one = await saliency(line(), rows, { absolute: false });
    // Outputs: [0, 0] -> the first; [-3, 3] -> the second.
    expect(one.targets).toEqual([0, 1]);
    expect([...one.values['line_input']!.data]).toEqual([3, -2, -3, 2]);
    const first = await inputXGradient(line(), rows, { targets: 0 });
    expect([...first.values['line_input']!.data]).toEqual([3, -4, -3, -1]);
    const { drops } = await occlusion(line(), rows, { targets: 0, size: 1 });
    expect([...drops.data]).toEqual([3, -4, -3, -1]);
    const integrated = await integratedGradients(line(), rows, { targets: 0, steps: 1 });
    expect([...integrated.values['line_input']!.data]).toEqual([3, -4, -3, -1]);
    expect(integrated.baselineScores).toEqual([1, 1]);
  });

  test('smoothed ones too, whatever the noise; of a kink, the mean of both sides', async () => {
    const { values } = await smoothGrad(line(), rows, { targets: 0, samples: 3 });
    expect([...values['line_input']!.data]).toEqual([3, -2, 3, -2]);
    const model = tfl.sequential({ layers: [tfl.layers.reLU({ inputShape: [1] })] });
    const at = tf.tensor2d(Array.from({ length: 50 }, () => [0]).concat([[1], [-1]]));
    const smooth = await smoothGrad(model, at, { samples: 40, noise: 0.1, seed: 2 });
    const [name] = Object.keys(smooth.values);
    const kinks = Array.from(smooth.values[name!]!.data.slice(0, 50));
    expect(kinks.reduce((sum, slope) => sum + slope, 0) / 50).toBeCloseTo(0.5, 1);
    expect([...smooth.values[name!]!.data.slice(50)]).toEqual([1, 0]);
    expect(await smoothGrad(model, at, { samples: 40, noise: 0.1, seed: 2 })).toEqual(smooth);
  });
});

describe('attributions refuse', () => {
  test('what they cannot explain', async () => {
    const [model, picture] = [line(), attributionModel()];
    const table = tfl.sequential({
      layers: [
        tfl.layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 3 }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2 }),
      ],
    });
    await expectNoLeak(async () => {
      await expect(saliency(model, rows, { targets: 2 })).rejects.toThrow('less than 2');
      await expect(saliency(model, rows, { targets: [0] })).rejects.toThrow('or 2, one for each example');
      await expect(saliency(model, rows, { output: 'lin' })).rejects.toThrow(
        "one of the model's (line; did you mean 'line'?)",
      );
      await expect(saliency(model, rows, { target: 1 } as never)).rejects.toThrow("Did you mean 'targets'");
      await expect(gradCam(model, rows)).rejects.toThrow('there is none');
      await expect(gradCam(picture, attributionInputs, { layer: 'con' })).rejects.toThrow('conv, pool');
      await expect(occlusion(model, rows, { size: 3 })).rejects.toThrow('at most 2');
      const baseline = { line_input: tf.zeros([1, 3]) };
      await expect(integratedGradients(model, rows, { baseline })).rejects.toThrow(
        'is [1,3], the input [2,2]',
      );
      baseline.line_input.dispose();
      const numbers = tf.zeros([1, 3], 'int32');
      await expect(saliency(table, numbers)).rejects.toThrow('looked up in a table');
      numbers.dispose();
    });
  });
});

test('nothing is told of scores that are not finite, and no class is taken for the largest of NaN', async () => {
  const model = attributionModel();
  const rows = { ...attributionInputs, data: attributionInputs.data.map((v, i) => (i === 200 ? NaN : v)) };
  const refusal = {
    code: 'invalid-data',
    message: expect.stringContaining('the score of example 1 is NaN') as string,
  };
  await expectNoLeak(async () => {
    for (const targets of [undefined, 0]) {
      const options = targets === undefined ? {} : { targets };
      for (const explained of [
        saliency(model, rows, options),
        integratedGradients(model, rows, options),
        gradCam(model, rows, options),
        occlusion(model, rows, { ...options, size: 8 }),
      ])
        await expect(explained).rejects.toMatchObject(refusal);
    }
  });
});

test('attributions as pictures: one an example, channels added', () => {
  const array = {
    data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    shape: [2, 1, 2, 2],
    dtype: 'float32',
  } as const;
  const { title, images, range } = attributionImages(array, 'saliency');
  expect([title, range]).toEqual(['saliency', [3, 15]]);
  expect(images).toEqual([
    { label: 'example 1', width: 2, height: 1, channels: 1, values: [3, 7] },
    { label: 'example 2', width: 2, height: 1, channels: 1, values: [11, 15] },
  ]);
  expect(() => attributionImages({ ...array, shape: [8] })).toThrow('[N, height, width]');
});

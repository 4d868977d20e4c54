import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import reference from '../../../../testing/references/diagnostics/lime-models.json' with { type: 'json' };
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import { attributionImages, lime, limeImages } from '../index.js';
import { tableOf, rowsAround } from './lime.js';
import type { LocalLinearModel } from './local-linear-model.js';
import { localLinearModel } from './local-linear-model.js';

beforeAll(() => tf.setBackend('cpu'));

const array = (data: readonly number[], ...shape: number[]) => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32' as const,
});
const same = (found: LocalLinearModel, wanted: LocalLinearModel): void => {
  expect(found.intercept).toBeCloseTo(wanted.intercept, 9);
  wanted.weights.forEach((weight, i) => expect(found.weights[i]).toBeCloseTo(weight, 9));
  expect([found.r2, found.local].map((value) => value.toFixed(9))).toEqual(
    [wanted.r2, wanted.local].map((value) => value.toFixed(9)),
  );
};

/** 3 x_1 - 2 x_2 + 1, and its opposite. */
function line(): tfl.LayersModel {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, name: 'line', inputShape: [2] })] });
  tf.tidy(() => model.setWeights([tf.tensor2d([[3, -3], [-2, 2]]), tf.tensor1d([1, -1])])); // prettier-ignore
  return model;
}

describe("linear models around an example are those of the package 'lime'", () => {
  const rows = {
    rows: Float64Array.from(reference.rows),
    columns: 3,
    distances: Float64Array.from(reference.distances),
  };
  const width = reference.kernelWidth;

  test('of a table, of all columns and of the weightiest', () => {
    same(localLinearModel('lime', rows, reference.scores, { width, ridge: 1 }), reference.whole);
    same(localLinearModel('lime', rows, reference.scores, { width, ridge: 1, features: 2 }), reference.two);
  });

  test('of hidden segments', () => {
    const parts = {
      rows: Float64Array.from(reference.parts),
      columns: 6,
      distances: Float64Array.from(reference.partDistances),
    };
    same(
      localLinearModel('lime', parts, reference.partScores, { width: 0.25, ridge: 1 }),
      reference.pictures,
    );
  });

  test('rows are drawn with its means and deviations, and distances are its', async () => {
    const table = await tableOf(array(reference.row, 1, 3), array(reference.training, 30, 3), [2]);
    table.of.forEach(({ mean, deviation }, i) => {
      expect(mean).toBeCloseTo(reference.mean[i]!, 6);
      expect(deviation).toBeCloseTo(reference.scale[i]!, 6);
    });
    const { asked, neighbourhood } = rowsAround(table, 0, { samples: 4000, around: 'rows', seed: 3 });
    expect([...asked.subarray(0, 3)]).toEqual(reference.row);
    const column = (of: Float64Array, i: number): number[] =>
      Array.from({ length: 3999 }, (_, row) => of[3 * (row + 1) + i]!);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const i of [0, 1]) {
      const values = column(asked, i);
      const average = mean(values);
      expect(Math.abs(average - reference.mean[i]!)).toBeLessThan(0.06 * reference.scale[i]!);
      const deviation = Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
      expect(deviation / reference.scale[i]!).toBeCloseTo(1, 1);
    }
    // A category comes as often as in the table, and the linear model sees whether it is the example's.
    const share = reference.training.filter((value, i) => i % 3 === 2 && value === 2).length / 30;
    expect(Math.abs(mean(column(asked, 2).map((value) => Number(value === 2))) - share)).toBeLessThan(0.03);
    expect(column(neighbourhood.rows, 2)).toEqual(column(asked, 2).map((value) => Number(value === 2)));
    const [first, fifth] = [neighbourhood.rows.subarray(0, 3), neighbourhood.rows.subarray(15, 18)];
    expect(neighbourhood.distances[5]).toBeCloseTo(
      Math.hypot(...first.map((value, i) => value - fifth[i]!)),
      12,
    );
    // Around the example, its own values are in the middle.
    const near = rowsAround(table, 0, { samples: 4000, around: 'example', seed: 3 });
    expect(Math.abs(mean(column(near.asked, 1)) - 1)).toBeLessThan(0.2);
  });
});

test('of a line they are the line, a deviation at a time, whatever is asked for', async () => {
  const model = line();
  const background = array([0, 0, 2, 8, 4, 4], 3, 2);
  await expectNoLeak(async () => {
    const found = await lime(model, array([1, 2, -1, 0.5], 2, 2), background, {
      targets: 0,
      samples: 1500,
      ridge: 0,
    });
    const deviation = [Math.sqrt(8 / 3), Math.sqrt(32 / 3)];
    expect(found.scores).toEqual([0, -3]);
    for (const { weights, r2, local } of found.models) {
      expect(weights[0]).toBeCloseTo(3 * deviation[0]!, 4);
      expect(weights[1]).toBeCloseTo(-2 * deviation[1]!, 4);
      expect(r2).toBeCloseTo(1, 6);
      expect(found.scores).toContainEqual(expect.closeTo(local, 3));
    }
    expect(found.values.shape).toEqual([2, 2]);
    expect(found.values.data[3]).toBeCloseTo(found.models[1]!.weights[1]!, 5);
    const one = await lime(model, array([1, 2], 1, 2), background, { targets: 1, samples: 50, features: 1 });
    expect(one.models[0]!.weights.filter((weight) => weight === 0)).toHaveLength(1);
    // A column without variation says nothing.
    const still = await lime(model, array([1, 2], 1, 2), array([1, 5, 1, 7], 2, 2), { samples: 200 });
    expect(Math.abs(still.models[0]!.weights[0]!)).toBe(0);
  });
});

test('of pictures they find the segment that counts, and what is hidden has its mean colour', async () => {
  // The score is the upper right quarter less twice the lower left one.
  const model = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [4, 4, 1], name: 'flat' }),
      tfl.layers.dense({ units: 1, useBias: false, name: 'out' }),
    ],
  });
  const quarter = (i: number): number => 2 * Number(i >= 8) + Number(i % 4 >= 2);
  tf.tidy(() =>
    model.setWeights([tf.tensor2d(Array.from({ length: 16 }, (_, i) => [[0, 1, -2, 0][quarter(i)]!]))]),
  );
  const picture = array(
    Array.from({ length: 16 }, (_, i) => (quarter(i) === 1 ? i : 1)),
    1,
    4,
    4,
    1,
  );
  await expectNoLeak(async () => {
    const found = await limeImages(model, picture, {
      segments: 2,
      hidden: 0,
      samples: 200,
      ridge: 0,
      targets: 0,
    });
    expect(found.segments).toEqual(Array.from({ length: 16 }, (_, i) => quarter(i)));
    const sum = 2 + 3 + 6 + 7;
    [0, sum, -8, 0].forEach((weight, i) => expect(found.models[0]!.weights[i]).toBeCloseTo(weight, 4));
    expect(found.values.shape).toEqual([1, 4, 4]);
    found.values.data.forEach((value, i) => expect(value).toBeCloseTo([0, sum, -8, 0][quarter(i)]!, 4));
    // Hidden by their means, segments leave the sums as they are.
    const mean = await limeImages(model, picture, { segments: found.segments, samples: 50, targets: 0 });
    mean.models[0]!.weights.forEach((weight) => expect(weight).toBeCloseTo(0, 4));
    const net = attributionModel();
    const pictures = await limeImages(net, attributionInputs, { segments: 4, samples: 20, seed: 1 });
    expect(await limeImages(net, attributionInputs, { segments: 4, samples: 20, seed: 1 })).toEqual(pictures);
    expect(attributionImages(pictures.values, 'LIME').images).toHaveLength(3);
    net.dispose();
  });
});

test('refuses rows and segments that do not fit', async () => {
  const model = line();
  const inputs = array([1, 2], 1, 2);
  await expect(lime(model, inputs, array([1, 2, 3], 1, 3))).rejects.toThrow('got [1,2] and [1,3]');
  await expect(lime(model, inputs, array([NaN, 2], 1, 2))).rejects.toThrow('finite numbers');
  await expect(lime(model, inputs, inputs, { categorical: [2] })).rejects.toThrow('less than 2');
  await expect(lime(model, inputs, inputs, { ridge: 0, samples: 5 })).rejects.toThrow('A ridge above 0');
  const net = attributionModel();
  await expect(limeImages(net, attributionInputs, { segments: [0, 1] })).rejects.toThrow('64 whole numbers');
  const gap = Array.from({ length: 64 }, (_, i) => (i % 2) * 2);
  await expect(limeImages(net, attributionInputs, { segments: gap })).rejects.toThrow('none left out');
  net.dispose();
});

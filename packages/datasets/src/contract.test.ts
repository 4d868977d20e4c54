import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@espalier/core';
import type { DatasetContractOptions } from '@espalier/testkit';
import { datasetContract, exportsContract } from '@espalier/testkit';
import { afterAll } from 'vitest';
import * as exported from './index.js';

interface Entry extends DatasetContractOptions {
  readonly variants: Readonly<Record<string, () => Dataset | Promise<Dataset>>>;
}

const { concat, fashionMnist, filter, fromArrays, fromIdx, kFolds, map, mnist, normalize, oneHot, split } =
  exported;
const { cifar10, cifar100, circles, fromImageFiles, groupKFolds, imageFolder, labelNoise, moons, spirals } =
  exported;
const { friedman, shuffleSplits, skip, timeSeriesFolds, windows } = exported;
const { subset, syntheticClassification, syntheticRegression, take } = exported;

/** An IDX file of bytes. */
function idx(shape: readonly number[], value: (i: number) => number): Uint8Array {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((dim, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, dim));
  for (let i = 0; i < size; i++) bytes[4 + 4 * shape.length + i] = value(i);
  return bytes;
}

const images = idx([7, 2, 3], (i) => (i * 37) % 256);
const labels = idx([7], (i) => i % 10);
const dir = mkdtempSync(join(tmpdir(), 'espalier-contract-'));
for (const part of ['train', 't10k']) {
  writeFileSync(join(dir, `${part}-images-idx3-ubyte`), images);
  writeFileSync(join(dir, `${part}-labels-idx1-ubyte`), labels);
}
writeFileSync(join(dir, 'test_batch.bin'), cifar(6, 1));
writeFileSync(join(dir, 'test.bin'), cifar(6, 2));
for (const name of ['cat', 'dog']) {
  mkdirSync(join(dir, 'pets', name), { recursive: true });
  for (let i = 0; i < 3; i++) writeFileSync(join(dir, 'pets', name, `${i}.bmp`), bmp(10 * i + name.length));
}
afterAll(() => rmSync(dir, { recursive: true }));

/** Binary images of CIFAR, label 3 everywhere. */
function cifar(count: number, labelBytes: number): Uint8Array {
  const record = labelBytes + 3072;
  return Uint8Array.from({ length: count * record }, (_, i) => (i % record < labelBytes ? 3 : i % 251));
}

/** A grey picture of 2 x 1 pixels, as BMP. */
function bmp(value: number): Uint8Array {
  const file = new Uint8Array(14 + 40 + 1024 + 4);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(10, 1078, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 2, true);
  view.setInt32(22, 1, true);
  view.setUint16(28, 8, true);
  for (let i = 0; i < 256; i++) file.fill(i, 54 + 4 * i, 57 + 4 * i);
  file.set([value, value + 1], 1078);
  return file;
}

const bytes = (): Dataset => fromIdx({ images, labels, classNames: [...'0123456789'] });
const floats = (): Dataset =>
  fromArrays({
    inputs: Array.from({ length: 9 }, (_, i) => [i, -i, i * i]),
    targets: Array.from({ length: 9 }, (_, i) => [i / 2]),
    weights: Array.from({ length: 9 }, (_, i) => i),
  });
const several = (): Dataset =>
  fromArrays({
    inputs: {
      words: Int32Array.from({ length: 6 }, (_, i) => 5 - i),
      pixels: new Uint8Array([1, 2, 3, 4, 5, 6]),
    },
    targets: { label: Int32Array.of(0, 1, 0, 1, 1, 0), size: [6, 5, 4, 3, 2, 1] },
  });

/** A data set that is not in memory and answers later. */
function later(of: Dataset): Dataset {
  const { size, inputs, targets } = of;
  return { size, inputs, targets, batch: async (indices) => of.batch(indices) };
}

const views = (of: (data: Dataset) => Dataset | Promise<Dataset>) => ({
  'of bytes': () => of(bytes()),
  'of floats with weights': () => of(floats()),
  'of several inputs and targets': () => of(several()),
  'of one that answers later': () => of(later(bytes())),
  'of a view': () => of(subset(bytes(), [6, 0, 5, 1, 4, 2, 6])),
});

const datasets: Record<string, Entry> = {
  fromArrays: {
    variants: { 'of floats with weights': floats, 'of several': several },
    badData: {
      'no examples': () => fromArrays({ inputs: [], targets: [] }),
      'different counts': () => fromArrays({ inputs: [[1], [2]], targets: [[1]] }),
      NaN: () => fromArrays({ inputs: [[NaN]], targets: [[1]] }),
      'ragged rows': () => fromArrays({ inputs: [[1, 2], [1]], targets: [[1], [2]] }),
      'label out of range': () =>
        fromArrays({ inputs: [[1]], targets: Int32Array.of(2), classNames: ['a', 'b'] }),
      'negative weight': () => fromArrays({ inputs: [[1]], targets: [[1]], weights: [-1] }),
    },
  },
  fromIdx: {
    variants: { images: bytes, flat: () => fromIdx({ images, labels, flatten: true }) },
    badData: {
      'files swapped': () => fromIdx({ images: labels, labels: images }),
      'cut short': () => fromIdx({ images: images.subarray(0, 30), labels }),
      'other counts': () => fromIdx({ images, labels: idx([6], () => 1) }),
    },
  },
  mnist: {
    variants: {
      train: () => mnist({ dir, split: 'train', verify: false }),
      'flat, of both': async () => (await mnist({ dir, flatten: true, verify: false })).test,
    },
  },
  fashionMnist: { variants: { test: () => fashionMnist({ dir, split: 'test', verify: false }) } },
  syntheticClassification: {
    variants: { default: () => syntheticClassification({ examples: 12 }) },
    bad: {
      'no examples': () => syntheticClassification({ examples: 0 }),
      'seed -1': () => syntheticClassification({ seed: -1 }),
    },
  },
  syntheticRegression: {
    variants: { default: () => syntheticRegression({ points: 12, gaps: [[-1, 1]] }) },
    bad: {
      'noise < 0': () => syntheticRegression({ noise: -1 }),
      'nothing but gaps': () => syntheticRegression({ gaps: [[-6, 6]] }),
    },
  },
  friedman: {
    variants: { one: () => friedman({ examples: 9 }), three: () => friedman({ examples: 9, problem: '3' }) },
    bad: { 'four features': () => friedman({ features: 4 }) },
  },
  shuffleSplits: {
    variants: views((data) => shuffleSplits(data, { splits: 2, validation: 0.2 })[1]!.train),
    bad: { 'nothing to train on': () => shuffleSplits(floats(), { validation: 0.95 }) },
  },
  skip: {
    variants: views((data) => skip(data, 2)),
    bad: { everything: () => skip(floats(), 9) },
  },
  windows: {
    variants: { 'of numbers': () => windows([1, 2, 3, 4, 5, 6, 7], { length: 2 }) },
    bad: {
      'no length': () => windows([1, 2], { length: 0 }),
      'no such feature': () => windows([1, 2, 3], { length: 1, targets: [1] }),
    },
    badData: {
      'too short': () => windows([1, 2], { length: 2 }),
      ragged: () => windows([[1], [1, 2]], { length: 1 }),
      'not finite': () => windows([1, NaN, 2], { length: 1 }),
    },
  },
  moons: { variants: { default: () => moons({ examples: 9 }) } },
  circles: { variants: { default: () => circles({ examples: 9 }) } },
  spirals: { variants: { default: () => spirals({ examples: 9, classes: 3 }) } },
  groupKFolds: {
    variants: views(
      (data) =>
        groupKFolds(data, { k: 3, groups: Array.from({ length: data.size }, (_, i) => i % 5) })[1]!.train,
    ),
    bad: { 'one fold': () => groupKFolds(floats(), { k: 1, groups: Array(9).fill(1) }) },
    badData: { 'too few groups': () => groupKFolds(floats(), { k: 2, groups: Array(9).fill(1) }) },
  },
  timeSeriesFolds: {
    variants: views((data) => timeSeriesFolds(data, { k: 2, validationSize: 1 })[1]!.train),
    bad: { 'too many': () => timeSeriesFolds(floats(), { k: 9 }) },
  },
  labelNoise: {
    variants: {
      'of bytes': () => labelNoise(bytes(), { rate: 0.5 }),
      'of one of several': () => labelNoise(several(), { rate: 0.5, target: 'label', classes: 2 }),
      'of one that answers later': () => labelNoise(later(bytes()), { rate: 0.5, classes: 10 }),
    },
    bad: { 'rate 2': () => labelNoise(bytes(), { rate: 2 }) },
    badData: { 'no labels': () => labelNoise(floats(), { rate: 0.5 }) },
  },
  subset: {
    variants: views((data) => subset(data, [3, 1, 0, 2, 3])),
    badData: { 'beyond the end': () => subset(floats(), [9]), empty: () => subset(floats(), []) },
  },
  take: {
    variants: views((data) => take(data, 5)),
    bad: { 'too many': () => take(floats(), 10), none: () => take(floats(), 0) },
  },
  split: {
    variants: views((data) => split(data, { sizes: [data.size - 1, 1], seed: 1 })[0]!),
    bad: { 'negative part': () => split(floats(), { sizes: [-1] }) },
  },
  kFolds: {
    variants: views((data) => kFolds(data, { k: 3 })[2]!.train),
    bad: { 'one fold': () => kFolds(floats(), { k: 1 }), 'too many': () => kFolds(floats(), { k: 10 }) },
  },
  cifar10: { variants: { test: () => cifar10({ dir, split: 'test', verify: false }) } },
  cifar100: { variants: { test: () => cifar100({ dir, split: 'test', labels: 'coarse', verify: false }) } },
  imageFolder: { variants: { default: () => imageFolder({ dir: join(dir, 'pets') }) } },
  fromImageFiles: {
    variants: {
      default: () =>
        fromImageFiles(
          Array.from({ length: 5 }, (_, i) => ({ path: `${i % 2}/${i}.bmp`, bytes: () => bmp(i) })),
        ),
    },
  },
  concat: {
    variants: views((data) => concat(data, data)),
    bad: { nothing: () => concat() },
    badData: {
      'no data set': () => concat(floats(), undefined as never),
      'other inputs': () => concat(floats(), several()),
    },
  },
  map: {
    variants: views((data) => map(data, (example) => example)),
    bad: { 'no function': () => map(floats(), undefined as never) },
  },
  filter: {
    variants: views((data) => filter(data, (_, index) => index !== 1)),
    bad: { 'no function': () => filter(floats(), 'even' as never) },
  },
  oneHot: {
    variants: {
      'of bytes': () => oneHot(bytes()),
      'of one of several': () => oneHot(several(), { target: 'label', classes: 2 }),
      'of one that answers later': () => oneHot(later(bytes()), { classes: 10 }),
    },
    bad: { 'unknown target': () => oneHot(several(), { target: 'none' }) },
    badData: { 'no labels': () => oneHot(floats()) },
  },
  normalize: {
    variants: {
      'of bytes': () => normalize(bytes(), { mean: 0.5, std: 0.25 }),
      'of floats, by feature': () => normalize(floats(), { mean: [1, 2, 3], std: [1, 0, 2] }),
      'of one that answers later': () => normalize(later(bytes()), { mean: [0.5], std: [0.1] }),
    },
    bad: {
      'std < 0': () => normalize(floats(), { mean: 0, std: -1 }),
      'too many means': () => normalize(floats(), { mean: [1, 2], std: 1 }),
    },
  },
};

exportsContract({
  exported,
  factories: datasets,
  notFactories: new Set([
    ...[
      'balancedClassWeights',
      'batches',
      'decodeImage',
      'download',
      'extractArchive',
      'featureStatistics',
      'gunzip',
      'parseIdx',
      'readArchive',
      'toTensors',
    ],
    // Under contract in samplers.test.ts, and in the tests of streams.
    ...[
      'classBalancedSampler',
      'curriculum',
      'dataByEpoch',
      'randomSampler',
      'weightedSampler',
      'fromIterable',
      'fromTfData',
    ],
    // Tables, which are no data sets.
    ...['csvStream', 'fitTableEncoder', 'readCsv', 'splitTable', 'tableEncoder', 'tableRows'],
  ]),
});

for (const [name, { variants, ...options }] of Object.entries(datasets)) {
  Object.entries(variants).forEach(([variant, make], i) =>
    datasetContract(`${name} (${variant})`, make, i === 0 ? options : {}),
  );
}

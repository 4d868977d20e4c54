import type { NonsenseEntry } from '@espalier/testkit';
import { nonsenseTaken } from '@espalier/testkit';
import { expect, test } from 'vitest';
import * as exported from './index.js';
import type { Table } from './index.js';

const { fromArrays } = exported;
const data = fromArrays({
  inputs: Array.from({ length: 12 }, (_, i) => [i]),
  targets: Int32Array.from({ length: 12 }, (_, i) => i % 2),
  classNames: ['a', 'b'],
});
const table: Table = {
  size: 2,
  columns: { x: { kind: 'number', values: Float64Array.of(1, 2) }, y: { kind: 'text', values: ['a', 'b'] } },
};
const specs = { inputs: { shape: [1], dtype: 'float32' }, targets: { shape: [], dtype: 'int32' } };
const idx = { images: Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9) };
const encoder = exported.fitTableEncoder(table, { inputs: ['x'], target: 'y' });
const gzip = Uint8Array.from(atob('H4sIAAAAAAAAA0sEAEO+t+gBAAAA'), (character) => character.charCodeAt(0));

/** A factory with its data given, so that only its options are tried. */
const of =
  (make: (...all: never[]) => unknown, ...first: readonly unknown[]): NonsenseEntry['make'] =>
  (options: never) =>
    make(...([...first, options] as never[]));

const factories: Readonly<Record<string, NonsenseEntry>> = {
  batches: { make: of(exported.batches, data) },
  circles: { make: exported.circles },
  classBalancedSampler: { make: of(exported.classBalancedSampler, data) },
  csvStream: {
    make: of(exported.csvStream, () => ''),
    good: { encoder },
    accepts: { separator: ["'x'"], comment: ["'x'"], missing: ['[]'] },
  },
  decodeImage: { make: of(exported.decodeImage, smallBmp()) },
  featureStatistics: { make: of(exported.featureStatistics, data) },
  fitTableEncoder: {
    make: of(exported.fitTableEncoder, table),
    good: { inputs: ['x'], target: 'y' },
    accepts: { target: ["'x'"] },
  },
  fromArrays: { make: exported.fromArrays, good: { inputs: [[1]], targets: [[1]] } },
  fromIdx: { make: exported.fromIdx, good: { ...idx, labels: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 0) } },
  fromImageFiles: { make: of(exported.fromImageFiles, [{ path: 'a/b.bmp', bytes: smallBmp }]) },
  fromIterable: { make: of(exported.fromIterable, () => []), good: specs },
  fromTfData: { make: of(exported.fromTfData, { iterator: () => undefined }), good: specs },
  groupKFolds: {
    make: of(exported.groupKFolds, data),
    good: { k: 2, groups: Array.from({ length: 12 }, (_, i) => i) },
  },
  gunzip: { make: of(exported.gunzip, gzip) },
  kFolds: { make: of(exported.kFolds, data), good: { k: 2 }, accepts: {} },
  labelNoise: { make: of(exported.labelNoise, data), good: { rate: 0.1 } },
  friedman: { make: exported.friedman },
  shuffleSplits: { make: of(exported.shuffleSplits, data) },
  windows: { make: of(exported.windows, [1, 2, 3, 4]), good: { length: 2 } },
  moons: { make: exported.moons },
  oneHot: { make: of(exported.oneHot, data) },
  parseIdx: { make: of(exported.parseIdx, idx.images) },
  curriculum: {
    make: exported.curriculum,
    good: { difficulty: [1, 2], epochs: 2 },
    accepts: { pacing: [] },
  },
  dataByEpoch: { make: (options: object) => exported.dataByEpoch({ 0: data }, options) },
  randomSampler: { make: exported.randomSampler },
  readCsv: {
    make: of(exported.readCsv, 'a,b\n3,4\n'),
    accepts: { separator: ["'x'"], comment: ["'x'"], missing: ['[]'] },
  },
  spirals: { make: exported.spirals },
  split: { make: of(exported.split, data), good: { sizes: [6] } },
  splitTable: {
    make: of(exported.splitTable, table),
    good: { sizes: [1], stratify: 'x', allowMissingClasses: true },
    accepts: { stratify: ["'x'"] },
  },
  syntheticClassification: { make: exported.syntheticClassification },
  syntheticRegression: { make: exported.syntheticRegression, accepts: { fn: [], gaps: ['[]'] } },
  timeSeriesFolds: { make: of(exported.timeSeriesFolds, data), good: { k: 2 } },
  weightedSampler: { make: exported.weightedSampler, good: { weights: [1, 2] } },
};

/** Options that are data, or need files; each has tests of its own. */
const OTHER = [
  'balancedClassWeights',
  'cifar10',
  'cifar100',
  'concat',
  'download',
  'extractArchive',
  'fashionMnist',
  'filter',
  'imageFolder',
  'map',
].concat([
  ...[
    'mnist',
    'normalize',
    'readArchive',
    'skip',
    'subset',
    'tableEncoder',
    'tableRows',
    'take',
    'toTensors',
  ],
]);

test('every export is tried, or is said not to be', () => {
  expect(Object.keys(exported).sort()).toEqual([...Object.keys(factories), ...OTHER].sort());
});

test.each(Object.entries(factories))('%s refuses nonsense for every option by its name', async (_, entry) => {
  expect(await nonsenseTaken(entry)).toEqual([]);
});

test.each(['cifar10', 'cifar100', 'mnist', 'fashionMnist', 'imageFolder'] as const)(
  '%s refuses unknown options',
  async (name) => {
    const make = exported[name] as (options: object) => Promise<unknown>;
    await expect((async () => make({ dirr: 'x' }))()).rejects.toThrow(
      "there is no option 'dirr'. Did you mean 'dir'?",
    );
  },
);

function smallBmp(): Uint8Array {
  const file = new Uint8Array(58);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 1, true);
  view.setInt32(22, 1, true);
  view.setUint16(28, 24, true);
  return file;
}

import type { NonsenseEntry } from '@espalier/testkit';
import { nonsenseTaken } from '@espalier/testkit';
import { expect, test } from 'vitest';
import * as exported from './index.js';

const title = 't';
const points = [{ x: 0, y: 1 }];
const pixels = [0, 1, 1, 0];
const history = {
  epochs: [
    { epoch: 0, loss: 1 },
    { epoch: 1, loss: 2 },
  ],
};
const chart = exported.lineChart({ title, series: [{ name: 'a', points }] });

/** A function with its data given, so that only its options are tried. */
const of =
  (make: (...all: never[]) => unknown, ...first: readonly unknown[]): NonsenseEntry['make'] =>
  (options: never) =>
    make(...([...first, options] as never[]));

/** Any text will do. */
const TEXT = {
  title: ["'x'"],
  subtitle: ["'x'"],
  name: ["'x'"],
  xLabel: ["'x'"],
  yLabel: ["'x'"],
  valueLabel: ["'x'"],
};

const factories: Readonly<Record<string, NonsenseEntry>> = {
  activationChart: {
    make: exported.activationChart,
    good: { title, profiles: [{ epoch: 1, layers: [{ layer: 'l', mean: 1, deviation: 1 }] }] },
  },
  decisionBoundary: {
    make: exported.decisionBoundary,
    good: { title, grid: { x: [0, 1], y: [0, 1], columns: 1, rows: 1 }, probabilities: [0.2] },
    accepts: { points: ['[]'] },
  },
  decisionGrid: { make: exported.decisionGrid, good: { x: [0, 1], y: [0, 1] } },
  embeddingChart: {
    make: exported.embeddingChart,
    good: { title, points: [[0, 1]], labels: [0] },
  },
  flameChart: {
    make: exported.flameChart,
    good: { title, profile: { name: 'run', seconds: 1, calls: 1, children: [] } },
  },
  barChart: {
    make: exported.barChart,
    good: { title, bars: [{ label: 'a', value: 1 }] },
    accepts: { errorLabel: ["'x'"] },
  },
  confusionMatrixChart: { make: of(exported.confusionMatrixChart, [[1]], undefined) },
  featureMapGrid: { make: exported.featureMapGrid, good: { name: 'f', shape: [2, 2, 1], values: pixels } },
  finding: {
    make: exported.finding,
    good: {
      metric: 'm',
      baseline: { name: 'a', values: [1, 2] },
      other: { name: 'b', values: [1, 2] },
    },
    accepts: { metric: ["'x'"], unit: ["'x'"] },
  },
  calibrationChart: {
    make: exported.calibrationChart,
    good: { title, models: [{ name: 'm', bins: [{ count: 1, confidence: 0.5, accuracy: 1 }] }] },
  },
  healthChart: {
    make: exported.healthChart,
    good: { title, epochs: [{ epoch: 1, layers: [{ layer: 'l', gradientShare: 1 }] }] },
    accepts: { layers: ['[]'], sentence: ["'x'"] },
  },
  histogramEvolution: {
    make: exported.histogramEvolution,
    good: { title, histograms: [{ epoch: 1, edges: [0, 1], counts: [1] }] },
    accepts: { yLabel: ["'x'"] },
  },
  fittedCurve: {
    make: exported.fittedCurve,
    good: { title, points: [{ name: 'p', points }], curves: [{ name: 'c', points }] },
    accepts: { points: ['[]'], curves: ['[]'] },
  },
  heatMap: { make: exported.heatMap, good: { title, values: [[1, 2]] } },
  histogram: { make: exported.histogram, good: { title, values: [1, 2] }, accepts: {} },
  htmlReport: {
    make: exported.htmlReport,
    good: { title, sections: [] },
    accepts: { findings: ['[]'], made: ['{}'], sections: ['[]'] },
  },
  hyperparameterChart: {
    make: exported.hyperparameterChart,
    good: { title, xLabel: 'x', yLabel: 'y', trials: points },
  },
  imageGrid: { make: exported.imageGrid, good: { title, imageShape: [2, 2], images: [{ pixels }] } },
  kernelGrid: {
    make: exported.kernelGrid,
    good: { name: 'k', shape: [4, 1], values: pixels, imageShape: [2, 2] },
  },
  learningCurves: {
    make: of(exported.learningCurves, history),
    accepts: { metrics: ['[]'], logScale: ['[]'] },
  },
  lineChart: { make: exported.lineChart, good: { title, series: [{ name: 'a', points }] } },
  networkChart: { make: exported.networkChart, good: { title, layers: [{ name: 'a', shape: [1] }] } },
  precisionRecallChart: { make: exported.precisionRecallChart, good: { curves: [{ name: 'a', curve: [[0, 1], [1, 0]] }] } }, // prettier-ignore
  rocChart: { make: exported.rocChart, good: { curves: [{ name: 'a', curve: [[0, 1], [0, 1]] }] } }, // prettier-ignore
  tableText: { make: of(exported.tableText, { columns: ['a'], rows: [[1]] }) },
  toPng: { make: of(exported.toPng, chart) },
  toSvg: { make: of(exported.toSvg, chart), accepts: { idPrefix: ["'x'"] } },
  weightHeatMap: { make: exported.weightHeatMap, good: { name: 'w', shape: [2, 2], values: pixels } },
  weightHistogram: { make: exported.weightHistogram, good: { name: 'w', shape: [2, 2], values: pixels } },
  searchSections: {
    make: exported.searchSections,
    good: { trials: [{ number: 0, state: 'complete', parameters: {} }], directions: ['minimize'] },
    accepts: { logarithmic: ['[]'], importances: ['{}'] },
  },
};

/** They take values, not options. */
const OTHER = ['madeFrom', 'meanOverSeeds', 'readRun', 'runReport', 'writeReport'];

test('every export is tried, or is said not to be', () => {
  expect(Object.keys(exported).sort()).toEqual([...Object.keys(factories), ...OTHER].sort());
});

test.each(Object.entries(factories))('%s refuses nonsense for every option by its name', async (_, entry) => {
  expect(await nonsenseTaken({ ...entry, accepts: { ...TEXT, ...entry.accepts } })).toEqual([]);
});

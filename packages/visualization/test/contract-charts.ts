import type { Chart } from '../src/index.js';
import * as exported from '../src/index.js';

const { featureMapGrid, fittedCurve, hyperparameterChart, imageGrid, kernelGrid, networkChart } = exported;
const { barChart, confusionMatrixChart, heatMap, histogram, learningCurves, lineChart } = exported;
const { calibrationChart, healthChart, histogramEvolution } = exported;
const { weightHeatMap, weightHistogram } = exported;

/** A chart of the contract. */
export interface ChartEntry {
  /** A chart with this text wherever a chart takes text. */
  readonly make: (text: string) => Chart | readonly Chart[];
  readonly bad: Readonly<Record<string, () => unknown>>;
}

const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
export const rows = [[1, 2, 0], [3, 4, 1], [0, 1, 5]]; // prettier-ignore
export const history = { epochs: [{ epoch: 0, loss: 1, val_loss: 2 }, { epoch: 1, loss: 0.5, val_loss: NaN }] }; // prettier-ignore

/** Every function that draws a chart, with texts of the test and with what it refuses. */
export const charts: Record<string, ChartEntry> = {
  activationChart: {
    make: (text) => {
      const layers = [{ layer: text, mean: 1, deviation: 2, zeros: 0.5 }];
      const profiles = [1, 2].map((epoch) => ({ epoch, layers }));
      return [
        exported.activationChart({ title: text, profiles: profiles.slice(0, 1) }),
        exported.activationChart({ title: text, figure: 'zeros', profiles }),
      ];
    },
    bad: { 'no profiles': () => exported.activationChart({ profiles: [] }) },
  },
  decisionBoundary: {
    make: (text) =>
      exported.decisionBoundary({
        title: text,
        grid: { x: [0, 1], y: [0, 1], columns: 2, rows: 1 },
        probabilities: [0.2, 0.9],
        points: [{ x: 0.1, y: 0.5, label: 1 }],
        classNames: [text, 'b'],
        xLabel: text,
        yLabel: text,
      }),
    bad: {
      'another size': () =>
        exported.decisionBoundary({
          title: 't',
          grid: { x: [0, 1], y: [0, 1], columns: 2, rows: 1 },
          probabilities: [0.2],
        }),
      logits: () =>
        exported.decisionBoundary({
          title: 't',
          grid: { x: [0, 1], y: [0, 1], columns: 2, rows: 1 },
          probabilities: [0.2, 3],
        }),
      'x backwards': () =>
        exported.decisionBoundary({
          title: 't',
          grid: { x: [1, 0], y: [0, 1], columns: 2, rows: 1 },
          probabilities: [0.2, 0.3],
        }),
    },
  },
  embeddingChart: {
    make: (text) =>
      exported.embeddingChart({
        title: text,
        points: [[0, 1], [2, 3], [9, 9]], // prettier-ignore
        labels: [0, 0, 1],
        classNames: [text, 'b'],
        xLabel: text,
        yLabel: text,
      }),
    bad: {
      'no points': () => exported.embeddingChart({ points: [] }),
      'labels of others': () => exported.embeddingChart({ points: [[0, 1]], labels: [0, 1] }),
    },
  },
  flameChart: {
    make: (text) =>
      exported.flameChart({
        title: text,
        profile: {
          name: text,
          seconds: 2,
          calls: 1,
          children: [{ name: text, seconds: 1, calls: 2, children: [] }],
        },
      }),
    bad: {
      'no time': () => exported.flameChart({ profile: { name: 'run', seconds: 0, calls: 0, children: [] } }),
      'seconds NaN': () =>
        exported.flameChart({ profile: { name: 'run', seconds: NaN, calls: 0, children: [] } }),
    },
  },
  barChart: {
    make: (text) =>
      barChart({
        title: text,
        subtitle: text,
        bars: [{ label: text, value: 1, series: text }, { label: 'b', value: null, series: text }], // prettier-ignore
        valueLabel: text,
      }),
    bad: {
      'no bars': () => barChart({ title: 't', bars: undefined as never }),
      'width 1': () => barChart({ title: 't', bars: [{ label: 'a', value: 1 }], width: 1 }),
    },
  },
  rocChart: {
    make: (text) => exported.rocChart({ title: text, curves: [{ name: text, curve: [[0, 1], [0, 1]] }] }), // prettier-ignore
    bad: { 'no curves': () => exported.rocChart({ curves: [] }) },
  },
  precisionRecallChart: {
    make: (text) => exported.precisionRecallChart({ title: text, curves: [{ name: text, curve: [[0, 1], [1, 0]] }] }), // prettier-ignore
    bad: { 'no curves': () => exported.precisionRecallChart({ curves: [] }) },
  },
  confusionMatrixChart: {
    make: (text) => confusionMatrixChart(rows, [text, 'b', 'c']),
    bad: {
      'ragged rows': () => confusionMatrixChart([[1, 2], [3]]),
      'too few labels': () => confusionMatrixChart(rows, ['a']),
    },
  },
  featureMapGrid: {
    make: (text) => featureMapGrid({ name: text, shape: [2, 3, 2], values }),
    bad: {
      'another shape': () => featureMapGrid({ name: 'f', shape: [12], values }),
      'limit 0': () => featureMapGrid({ name: 'f', shape: [2, 3, 2], values, limit: 0 }),
    },
  },
  calibrationChart: {
    make: (text) =>
      calibrationChart({
        title: text,
        models: [{ name: text, bins: [{ count: 1, confidence: 0.5, accuracy: 1 }] }],
      }),
    bad: { 'no models': () => calibrationChart({ models: [] }) },
  },
  healthChart: {
    make: (text) =>
      healthChart({
        title: text,
        epochs: [{ epoch: 1, layers: [{ layer: text, gradientShare: 1e-3 }] }],
        layers: [{ layer: text, verdict: 'healthy', since: null }],
      }),
    bad: { 'no epochs': () => healthChart({ epochs: [] }) },
  },
  histogramEvolution: {
    make: (text) =>
      histogramEvolution({
        title: text,
        yLabel: text,
        histograms: [{ epoch: 1, edges: [0, 1], counts: [1] }],
      }),
    bad: { 'one bin': () => histogramEvolution({ title: 't', histograms: [], bins: 1 }) },
  },
  fittedCurve: {
    make: (text) =>
      fittedCurve({
        title: text,
        curves: [{ name: text, points: [{ x: 0, y: 1 }] }],
        points: [{ name: 'p', points: [{ x: 0, y: 1 }] }],
      }),
    bad: {
      'no curves': () => fittedCurve({ title: 't', points: [], curves: undefined as never }),
      'low above high': () =>
        fittedCurve({
          title: 't',
          points: [],
          curves: [{ name: 'a', points: [{ x: 0, y: 1, low: 2, high: 1 }] }],
        }),
    },
  },
  hyperparameterChart: {
    make: (text) =>
      hyperparameterChart({
        title: text,
        xLabel: text,
        yLabel: text,
        trials: [{ x: 1, y: 2, series: text }],
      }),
    bad: {
      'no trials': () =>
        hyperparameterChart({
          title: 't',
          xLabel: 'x',
          yLabel: 'y',
          trials: [],
        }),
      'x NaN': () =>
        hyperparameterChart({
          title: 't',
          xLabel: 'x',
          yLabel: 'y',
          trials: [{ x: NaN, y: 1 }],
        }),
    },
  },
  imageGrid: {
    make: (text) =>
      imageGrid({
        title: text,
        imageShape: [3, 4],
        images: [{ pixels: values, label: text, prediction: 'b' }],
      }),
    bad: {
      'another size': () =>
        imageGrid({
          title: 't',
          imageShape: [3, 3],
          images: [{ pixels: values }],
        }),
      'two channels': () =>
        imageGrid({
          title: 't',
          imageShape: [3, 2, 2],
          images: [{ pixels: values }],
        }),
      'no images': () => imageGrid({ title: 't', imageShape: [3, 4], images: [] }),
    },
  },
  kernelGrid: {
    make: (text) => kernelGrid({ name: text, shape: [4, 3], imageShape: [2, 2], values }),
    bad: {
      'no imageShape': () => kernelGrid({ name: 'k', shape: [4, 3], values }),
      'an imageShape that does not fit': () =>
        kernelGrid({ name: 'k', shape: [4, 3], imageShape: [3, 3], values }),
    },
  },
  networkChart: {
    make: (text) =>
      networkChart({
        title: text,
        layers: [{ name: text, type: text, shape: [2] }],
      }),
    bad: {
      'no layers': () => networkChart({ title: 't', layers: [] }),
      'two of one name': () =>
        networkChart({
          title: 't',
          layers: [
            { name: 'a', shape: [1] },
            { name: 'a', shape: [1] },
          ],
        }),
      'an unknown input': () =>
        networkChart({
          title: 't',
          layers: [{ name: 'a', shape: [1], inputs: ['b'] }],
        }),
    },
  },
  heatMap: {
    make: (text) =>
      heatMap({
        title: text,
        values: rows,
        rowLabels: [text, 'b', 'c'],
        xLabel: text,
        valueLabel: text,
      }),
    bad: {
      'too few labels': () => heatMap({ title: 't', values: rows, rowLabels: ['a'] }),
      'domain backwards': () => heatMap({ title: 't', values: rows, domain: [1, 0] }),
    },
  },
  histogram: {
    make: (text) => histogram({ title: text, values, xLabel: text, yLabel: text }),
    bad: {
      'no values': () => histogram({ title: 't' }),
      'no bins': () => histogram({ title: 't', values, binCount: 0 }),
    },
  },
  learningCurves: {
    make: (text) => learningCurves([{ name: text, history }, { name: 'other', history }]), // prettier-ignore
    bad: {
      'unknown metric': () => learningCurves(history, { metrics: ['val_los'] }),
    },
  },
  lineChart: {
    make: (text) =>
      lineChart({ title: text, series: [{ name: text, points: [1, null, 3] }, { name: 'b', points: values }] }), // prettier-ignore
    bad: {
      'no series': () => lineChart({ title: 't', series: undefined as never }),
      'domain backwards': () => lineChart({ title: 't', series: [], yDomain: [1, 0] }),
    },
  },
  weightHeatMap: {
    make: (text) => weightHeatMap({ name: text, shape: [3, 4], values }),
    bad: {
      'another size': () => weightHeatMap({ name: 'w', shape: [3, 5], values }),
    },
  },
  weightHistogram: {
    make: (text) => weightHistogram({ name: text, shape: [3, 4], values }),
    bad: { 'no bins': () => weightHistogram({ name: 'w', values, binCount: 0 }) },
  },
};

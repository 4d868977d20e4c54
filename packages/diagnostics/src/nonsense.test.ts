import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Loss } from '@espalier/core';
import { eager } from '@espalier/core';
import type { NonsenseEntry } from '@espalier/testkit';
import { nonsenseTaken } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import * as exported from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const model = tfl.sequential({
  layers: [
    // Units that answer, whatever is drawn elsewhere.
    tfl.layers.conv2d({
      filters: 2,
      kernelSize: 2,
      kernelInitializer: 'ones',
      inputShape: [3, 3, 1],
      name: 'conv',
      activation: 'relu',
    }),
    tfl.layers.flatten(),
    tfl.layers.dense({ units: 2, name: 'out' }),
  ],
});
const table = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [2] })] });
const array = (shape: number[], of = (i: number) => i % 2) => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => of(i)),
  shape,
  dtype: 'float32' as const,
});
const inputs = array([2, 3, 3, 1]);
const logits = array([4, 2], Math.sin);
const labels = { data: Int32Array.of(0, 1, 1, 0), shape: [4], dtype: 'int32' as const };
const loss: Loss = {
  name: 'squared',
  perExample: (outputs, targets) => tf.mean<tf.Tensor1D>(tf.square(tf.sub(outputs, targets)), 1),
};
const batch = { inputs: { input: inputs }, targets: { output: array([2, 2]) } };
const weights = { 'conv/kernel': array([2, 2, 1, 2]) };
const record = { epochs: [{ epoch: 0, loss: 1, val_loss: 2 }] };

/** A function with what it works on given, so that only its options are tried. */
const of =
  (make: (...all: never[]) => unknown, ...first: readonly unknown[]): NonsenseEntry['make'] =>
  (options: never) =>
    make(...([...first, options] as never[]));

const factories: Readonly<Record<string, NonsenseEntry>> = {
  activationProfile: { make: of(exported.activationProfile, model, inputs) },
  activations: { make: of(exported.activations, model, inputs) },
  calibration: { make: of(exported.calibration, logits, labels) },
  conformalClasses: { make: of(exported.conformalClasses, logits, labels), good: { alpha: 0.5 } },
  conformalInterval: { make: of(exported.conformalInterval, logits, logits), good: { alpha: 0.5 } },
  crossBackendDiff: {
    make: of(exported.crossBackendDiff, model, loss, batch),
    good: { engines: [eager(), eager()] },
  },
  detectAnomaly: { make: of(exported.detectAnomaly, eager()), accepts: { onAnomaly: ['a function'] } },
  deepDream: { make: of(exported.deepDream, model, array([3, 3, 1])), good: { layer: 'conv', octaves: 1 } },
  deepLift: { make: of(exported.deepLift, model, inputs), accepts: { baseline: ['-1'] } },
  featureMaps: { make: of(exported.featureMaps, model, inputs), good: { layer: 'conv' } },
  gradCam: { make: of(exported.gradCam, model, inputs) },
  gradientCheck: { make: of(exported.gradientCheck, model, loss, batch), good: { samples: 1 } },
  guidedBackpropagation: { make: of(exported.guidedBackpropagation, model, inputs) },
  health: { make: exported.health, accepts: { name: ["'x'"] } },
  influenceFunctions: {
    make: of(exported.influenceFunctions, model, loss, batch, batch),
    good: { parameters: ['out/bias'] },
  },
  inputXGradient: { make: of(exported.inputXGradient, model, inputs) },
  integratedGradients: {
    make: of(exported.integratedGradients, model, inputs),
    good: { steps: 2 },
    accepts: { baseline: ['-1'] },
  },
  kernelImages: { make: of(exported.kernelImages, weights) },
  lime: {
    make: of(exported.lime, table, array([1, 2]), array([3, 2])),
    good: { samples: 2 },
    accepts: { categorical: ['[]'] },
  },
  limeImages: {
    make: of(exported.limeImages, model, inputs),
    good: { samples: 2 },
    accepts: { hidden: ['-1'] },
  },
  lrp: { make: of(exported.lrp, model, inputs) },
  maximizeActivation: {
    make: of(exported.maximizeActivation, model),
    good: { layer: 'conv', steps: 2 },
  },
  measuredReceptiveField: {
    make: of(exported.measuredReceptiveField, model),
    good: { layer: 'conv' },
  },
  mostConfused: { make: of(exported.mostConfused, [[1, 2], [3, 4]]) }, // prettier-ignore
  occlusion: { make: of(exported.occlusion, model, inputs), good: { size: 2 }, accepts: { value: ['-1'] } },
  overfittingGap: { make: of(exported.overfittingGap, record) },
  pca: { make: of(exported.pca, logits), good: { components: 1 } },
  permutationImportance: { make: of(exported.permutationImportance, () => 1, logits), good: { repeats: 1 } },
  saliency: { make: of(exported.saliency, model, inputs) },
  shapleyValues: {
    make: of(exported.shapleyValues, model, inputs, inputs),
    good: { permutations: 2 },
  },
  smoothGrad: { make: of(exported.smoothGrad, model, inputs), good: { samples: 1 } },
  temperatureScaling: { make: of(exported.temperatureScaling, logits, labels) },
  topLosses: { make: of(exported.topLosses, loss, logits, logits) },
  tracIn: { make: of(exported.tracIn, model, loss, batch, batch) },
  tsne: { make: of(exported.tsne, logits), good: { perplexity: 2, iterations: 1 } },
  weightChanges: { make: of(exported.weightChanges, weights, weights) },
  weightHistory: { make: exported.weightHistory, accepts: { name: ["'x'"], parameters: ['a function'] } },
  weightStatistics: { make: of(exported.weightStatistics, weights) },
};

/** Refused by what is selected, and by what the metric does not say. */
const IN_OTHER_WORDS =
  /^(parameters a function is not named in: .* selects nothing|metric 'x' is not named in: .*'x')/;

/** They take values, not options. */
const OTHER = ['attributionImages', 'leakLedger', 'predictionSets', 'receptiveFields'];

test('every export is tried, or is said not to be', () => {
  expect(Object.keys(exported).sort()).toEqual([...Object.keys(factories), ...OTHER].sort());
});

test.each(Object.entries(factories))('%s refuses nonsense for every option by its name', async (_, entry) => {
  const wrong = await nonsenseTaken(entry);
  expect(wrong.filter((line) => !IN_OTHER_WORDS.test(line))).toEqual([]);
});

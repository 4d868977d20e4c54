import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { horizontalFlip, testTimeAugmentation, transformImages } from '@espalier/augmentation';
import type * as tfl from '@tensorflow/tfjs-layers';
import {
  findLearningRate,
  monteCarloPredict,
  onEvent,
  portChannel,
  refreshBatchNorm,
  track,
} from '@espalier/callbacks';
import { compileStep } from '@espalier/compile';
import { compose, type Dataset, loadWeights, toLayersCallback, Trainer } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';
import { meanSquaredError } from '@espalier/losses';
import { accuracy, bootstrap, classificationReport, classwise, lossMetric, recall } from '@espalier/metrics';
import { initializeWeights, loadModel, loadModelWeights, mlp, writeSafetensors } from '@espalier/models';
import { sgd } from '@espalier/optimizers';
import type { NonsenseEntry } from '@espalier/testkit';
import { workerPool } from '@espalier/workers';

const model = (): tfl.LayersModel => mlp({ inputs: 2, hidden: [], outputs: 1, seed: 1 });

const data = (): Dataset =>
  fromArrays({
    inputs: [
      [1, 2],
      [3, 4],
    ],
    targets: [[1], [2]],
  });

const images = (): Dataset =>
  fromArrays({ inputs: { data: new Float32Array(8), shape: [2, 2, 2, 1] }, targets: [[1], [2]] });

const trainer = (): Trainer => new Trainer({ model: model(), loss: meanSquaredError(), optimizer: sgd() });

/** Factories that take more than options, and methods: each as a function of the options alone. */
export const CALLERS: Readonly<Record<string, (options: never) => unknown>> = {
  // A profile is a file: what is taken as its name is written elsewhere.
  compileStep: async (options: { profile?: unknown } | null) => {
    const profile = options?.profile;
    const all = typeof profile === 'string' ? { ...options, profile: join(tmpdir(), profile) } : options;
    (await compileStep(({ x }) => ({ y: tf.neg(x!) }), { x: { shape: [2] } }, all as object)).dispose();
  },
  bootstrap: async (options) =>
    bootstrap(accuracy(), { outputs: tf.zeros([1]), targets: tf.zeros([1]) }, options),
  classwise: (options) => classwise(recall({ average: 'none' }), options),
  classificationReport: (options) => classificationReport([[1]], options),
  compose: (options) => compose([], options),
  lossMetric: (options) => lossMetric(meanSquaredError(), options),
  evaluate: (options) => trainer().evaluate(data(), options),
  loadModel: (options) => loadModel('testing/references/models/saved/joined.keras', options),
  loadModelWeights: async (options) => {
    const path = 'testing/references/models/saved/joined.keras';
    await loadModelWeights(await loadModel(path), path.replace('.keras', '.weights.h5'), options);
  },
  initializeWeights: (options) => initializeWeights(model(), options),
  findLearningRate: (options) =>
    findLearningRate({ model: model(), loss: meanSquaredError(), optimizer: sgd() }, data(), options),
  fit: (options) => trainer().fit(data(), options),
  loadWeights: (options) => loadWeights(model(), {}, options),
  refreshBatchNorm: (options) => refreshBatchNorm(model(), data(), options),
  monteCarloPredict: (options) => monteCarloPredict(model(), tf.ones([1, 2]), options),
  onEvent: (options) => onEvent('onStepEnd', options, () => undefined),
  writeSafetensors: (options) => writeSafetensors({}, options),
  predict: async (options) => tf.dispose(await trainer().predict(tf.ones([1, 2]), options)),
  track: (options) => track({ name: 'nobody', start() {}, log() {}, end() {} }, options),
  testTimeAugmentation: (options) =>
    testTimeAugmentation({ predict: () => Promise.resolve(tf.ones([2, 1])) }, images(), options),
  transformImages: (options) => transformImages(images(), options),
  toLayersCallback: (options) => toLayersCallback([], model(), options),
  workerPool: (options) => workerPool(() => ({ postMessage() {}, terminate() {} }), options),
  workerPoolClose: (options) => workerPool(() => ({ postMessage() {}, terminate() {} })).close(options),
};

/** Options without which a factory makes nothing. */
export const GOOD: Readonly<Record<string, object>> = {
  augment: { transforms: [horizontalFlip()] },
  centerCrop: { size: [2, 2] },
  cutout: { size: 2 },
  gaussianBlur: { kernelSize: 3 },
  pixelNoise: { stddev: 0.1 },
  randomBrightness: { factor: 0.1 },
  randomContrast: { factor: 0.1 },
  randomGamma: { gamma: [1, 2] },
  randomHue: { turn: 0.1 },
  randomPosterize: { bits: 4 },
  randomRotation: { degrees: 10 },
  randomSaturation: { factor: 0.1 },
  randomSharpness: { factor: 0.1 },
  randomSolarize: { threshold: 0.5 },
  randomZoom: { scale: 0.1 },
  resize: { size: [2, 2] },
  saltAndPepper: { amount: 0.1 },
  testTimeAugmentation: { transforms: [horizontalFlip()] },
  transformImages: { transforms: [horizontalFlip()] },
  BatchNormalization: {},
  Activation: { activation: 'relu' },
  AlphaDropout: { rate: 0.5 },
  Dropout: { rate: 0.5 },
  GaussianDropout: { rate: 0.5 },
  GaussianNoise: { stddev: 0.5 },
  MultiHeadAttention: { heads: 1, keySize: 1 },
  SpatialDropout: { rate: 0.5 },
  clipGradients: { value: 1 },
  cnn: { inputs: [8, 8, 1], outputs: 1 },
  confusionMatrix: { classes: 2 },
  cosineDecay: { initialValue: 1, decaySteps: 5 },
  cosineRestarts: { initialValue: 1, decaySteps: 5 },
  csvLogger: { path: 'log.csv' },
  cyclic: { initialValue: 1, peakValue: 2, up: 3 },
  earlyStopping: { monitor: 'loss' },
  elasticNet: { l1: 1, l2: 1 },
  exponentialDecay: { initialValue: 1, decayRate: 0.5, decaySteps: 5 },
  gaussianNoise: { stddev: 1 },
  gradientNoise: { stddev: 1 },
  groupLasso: { lambda: 1 },
  inverseTimeDecay: { initialValue: 1, decayRate: 1, decaySteps: 5 },
  initializeWeights: { seed: 1 },
  jsonlLogger: { path: 'log.jsonl' },
  l1: { lambda: 1 },
  l1Proximal: { lambda: 1 },
  l2: { lambda: 1 },
  fit: { epochs: 1 },
  labelSmoothing: { alpha: 0.1 },
  maxNorm: { max: 1 },
  mlp: { inputs: 1, hidden: [2], outputs: 1 },
  modelCheckpoint: { directory: 'checkpoints' },
  oneCycle: { peakValue: 1, length: 5 },
  orthogonal: { lambda: 1 },
  piecewiseConstant: { values: [1, 2], boundaries: [5] },
  polynomialDecay: { initialValue: 1, decaySteps: 5 },
  bestValue: { monitor: 'loss' },
  predictionWriter: { directory: 'predictions' },
  reduceLROnPlateau: { monitor: 'loss' },
  onEvent: { every: 1 },
  remoteControl: { channel: portChannel({ postMessage() {} }) },
  socketChannel: { path: 'run.sock' },
  stagedUnfreezing: { stages: [{ parameters: 'all', from: { epoch: 1 } }] },
  stepDecay: { initialValue: 1, decayRate: 1, decaySteps: 5 },
  stepLogger: { path: 'steps.csv' },
  swa: { startEpoch: 0 },
  tensorBoard: { directory: 'board' },
  aggregate: { name: 'x', value: () => tf.zeros([1]) },
  combine: { name: 'x', of: { a: accuracy() }, value: () => 1 },
  fBeta: { beta: 1 },
  minkowski: { p: 2 },
  runningMean: { of: 'loss' },
  tweedieDeviance: { power: 0 },
  classwise: { parts: ['a', 'b'] },
  groupRates: { predicted: [1], actual: [1], groups: [1] },
  lossMetric: { name: 'x' },
  precisionAtRecall: { recall: 0.5 },
  recallAtPrecision: { precision: 0.5 },
  sensitivityAtSpecificity: { specificity: 0.5 },
  specificityAtSensitivity: { sensitivity: 0.5 },
  topKAccuracy: { k: 1 },
  webhookTracker: { url: 'http://localhost' },
  Trainer: {
    get model() {
      return model();
    },
    loss: meanSquaredError(),
    optimizer: sgd(),
  },
  weightDecay: { rate: 1 },
};

const TEXT = ["'x'"];
const FUNCTION = ['a function'];

/** What of the grid an option takes after all, in every factory that has one of this name. */
const ALWAYS: NonsenseEntry['accepts'] = {
  directory: TEXT,
  fillValue: ['-1'],
  label: TEXT,
  monitor: TEXT,
  name: TEXT,
  path: TEXT,
  finalValue: ['-1'],
  ignoreIndex: ['-1'],
  initialValue: ['-1'],
  peakValue: ['-1'],
  // Schedules and selectors.
  decayParameters: FUNCTION,
  learningRate: FUNCTION,
  parameters: FUNCTION,
};

const COUPLED: NonsenseEntry['accepts'] = { l2: FUNCTION, weightDecay: FUNCTION };

/** The same, in one factory. */
const OWN: Readonly<Record<string, NonsenseEntry['accepts']>> = {
  Trainer: { lossWeights: ['{}'], metrics: ['{}', '[]'], plugins: ['[]'] },
  Activation: { activation: FUNCTION },
  cosineEmbedding: { margin: ['-1'] },
  adafactor: { ...COUPLED, betaDecay: ['-1'] },
  asgd: { l2: FUNCTION },
  cutout: { value: ['-1'] },
  randomErasing: { value: ['-1'] },
  cnn: { activation: FUNCTION, filters: ['[]'], dense: ['[]'], outputBias: ['-1'] },
  earlyStopping: { baseline: ['-1'], divergenceThreshold: ['-1'], stoppingThreshold: ['-1'] },
  compileStep: { carry: ['{}'], profile: TEXT },
  writeSafetensors: { metadata: ['{}'] },
  compose: { epochs: ['Infinity'], learningRate: [], stepsPerEpoch: ['Infinity'], weights: ['{}'] },
  elasticNet: { l1: FUNCTION, l2: FUNCTION },
  ema: { decay: FUNCTION },
  box: { max: ['-1'], min: ['-1'] },
  ftrl: { power: ['-1'] },
  aggregate: { value: FUNCTION },
  combine: { value: FUNCTION },
  gaussianNoise: { stddev: FUNCTION },
  runningMean: { of: TEXT },
  // Its answers are to several questions, if not told otherwise.
  hammingLoss: { ignoreIndex: [] },
  gradientNoise: { stddev: FUNCTION },
  groupLasso: { lambda: FUNCTION, axis: ['-1'] },
  l1: { lambda: FUNCTION },
  l1Proximal: { lambda: FUNCTION },
  l2: { lambda: FUNCTION },
  lars: { ...COUPLED, momentum: FUNCTION },
  maxNorm: { axis: ['-1'] },
  mlp: { activation: FUNCTION, hidden: ['[]'], outputBias: ['-1'] },
  orthogonal: { lambda: FUNCTION },
  unitNorm: { axis: ['-1'] },
  minMaxNorm: { axis: ['-1'] },
  modelCheckpoint: { clock: FUNCTION, keep: ['Infinity'] },
  node: { packagePath: TEXT },
  nodeGpu: { packagePath: TEXT },
  muon: { ...COUPLED, matrices: FUNCTION },
  progressBar: { metrics: ['[]'], clock: FUNCTION },
  RandomRelu: { lower: ['-1'] },
  rmsprop: { ...COUPLED, momentum: FUNCTION },
  sgd: { ...COUPLED, momentum: FUNCTION },
  signSgd: { ...COUPLED, momentum: FUNCTION },
  toLayersCallback: { epochs: ['Infinity'], stepsPerEpoch: ['Infinity'] },
  mlflowTracker: { experiment: TEXT, runName: TEXT, clock: FUNCTION },
  findLearningRate: { steps: [], divergence: ['Infinity'] },
  profiler: { clock: FUNCTION },
  remoteControl: { coefficients: ['{}'] },
  socketChannel: { onListening: FUNCTION, path: TEXT },
  swa: { learningRate: [] },
  tensorBoard: { clock: FUNCTION, images: FUNCTION },
  webhookTracker: { fetch: FUNCTION, headers: ['{}'] },
  track: { parameters: ['{}'] },
  webgpu: { dawnFlags: ['[]'] },
  trace: { momentum: FUNCTION },
  weightDecay: { rate: FUNCTION },
};

const ADAPTIVE =
  /^(adaBelief|adadelta|adagrad|adam|adamW|adamax|adan|lamb|lion|nadam|novograd|radam|scheduleFree.*|yogi)$/;

/** All that `factory` takes of the grid. */
export function acceptedBy(factory: string): NonNullable<NonsenseEntry['accepts']> {
  return { ...ALWAYS, ...(ADAPTIVE.test(factory) ? COUPLED : {}), ...OWN[factory] };
}

/** What of a layer's options is TensorFlow.js' own to check. */
export const STOCK_LAYER_OPTIONS =
  /^(batchInputShape|batchSize|customObjects|dtype|inputDType|updatable|weights) /;

/** Exports that take no options but values, in an order of their own: their packages' tests try those. */
export const WITHOUT_OPTIONS: ReadonlySet<string> = new Set([
  'addDecayedWeights',
  'bestCheckpoint',
  'calculateGain',
  'classPriors',
  'centralize',
  'chain',
  'clipByGlobalNorm',
  'clipByNorm',
  'clipByValue',
  'constant',
  'eachParameter',
  'exportOnnx',
  'folderStore',
  'portChannel',
  'indexedDbStore',
  'latestCheckpoint',
  'kernelReport',
  'lookahead',
  'oneOf',
  'opfsStore',
  'partition',
  'perClassAccuracy',
  'readSafetensors',
  'saveModel',
  'torchWeights',
  'registerLayers',
  'scale',
  'scaleByLearningRate',
  'scaleBySign',
  'scaleUpdate',
  'scheduleFreeWeights',
  'seededInitializer',
  'sequence',
  'serveRuns',
  'sparsityOf',
  'stepScalars',
  'tensorflowBackend',
  'summary',
  'toOptimizer',
  'updateOf',
  'valueOf',
  'warmup',
  'withName',
  'withProbability',
]);

/** Packages whose factories are not in this test, and why. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  datasets: 'takes data beside options: packages/datasets/src/nonsense.test.ts',
  diagnostics: 'takes models and data beside options: its tests try them',
  espalier: 'exports what others make',
  testkit: 'private',
  tuning: 'needs spaces and studies: packages/tuning/src/nonsense.test.ts',
  'tuning-bullmq': 'needs Redis: its tests try its options',
  visualization: 'takes data beside options: packages/visualization/src/nonsense.test.ts',
};

import { rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { testTimeAugmentation, transformImages } from '@espalier/augmentation';
import type * as tfl from '@tensorflow/tfjs-layers';
import {
  findBatchSize,
  findLearningRate,
  lastRunFolder,
  monteCarloPredict,
  newRunFolder,
  onEvent,
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
import { lotteryTicket } from '@espalier/regularizers';
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
  findBatchSize: (options) =>
    findBatchSize({ model: model(), loss: meanSquaredError(), optimizer: sgd() }, data(), options),
  findLearningRate: (options) =>
    findLearningRate({ model: model(), loss: meanSquaredError(), optimizer: sgd() }, data(), options),
  fit: (options) => trainer().fit(data(), options),
  loadWeights: (options) => loadWeights(model(), {}, options),
  refreshBatchNorm: (options) => refreshBatchNorm(model(), data(), options),
  monteCarloPredict: (options) => monteCarloPredict(model(), tf.ones([1, 2]), options),
  lastRunFolder: (options) => lastRunFolder(join(tmpdir(), 'espalier-options'), options),
  newRunFolder: async (options) => rmdir(await newRunFolder(join(tmpdir(), 'espalier-options'), options)),
  lotteryTicket: (options) => {
    const pruned = model();
    return lotteryTicket(
      pruned,
      ({ plugins }) =>
        new Trainer({ model: pruned, loss: meanSquaredError(), optimizer: sgd(), plugins }).fit(data(), {
          epochs: 1,
        }),
      options,
    );
  },
  onEvent: (options) => onEvent('onStepEnd', options, () => undefined),
  writeSafetensors: (options) => writeSafetensors({}, options),
  predictBatches: async (options) => {
    for await (const one of trainer().predictBatches(tf.ones([1, 2]), options)) tf.dispose(one);
  },
  predict: async (options) => tf.dispose(await trainer().predict(tf.ones([1, 2]), options)),
  track: (options) => track({ name: 'nobody', start() {}, log() {}, end() {} }, options),
  testTimeAugmentation: (options) =>
    testTimeAugmentation({ predict: () => Promise.resolve(tf.ones([2, 1])) }, images(), options),
  transformImages: (options) => transformImages(images(), options),
  toLayersCallback: (options) => toLayersCallback([], model(), options),
  workerPool: (options) => workerPool(() => ({ postMessage() {}, terminate() {} }), options),
  workerPoolClose: (options) => workerPool(() => ({ postMessage() {}, terminate() {} })).close(options),
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
  ball: { axis: ['-1'] },
  simplex: { axis: ['-1'] },
  l0Proximal: { lambda: FUNCTION },
  nuclearNorm: { lambda: FUNCTION },
  l1: { lambda: FUNCTION },
  l1Proximal: { lambda: FUNCTION },
  l2: { lambda: FUNCTION },
  // It runs, so a selector that selects nothing is refused.
  lotteryTicket: { parameters: [] },
  lars: { ...COUPLED, momentum: FUNCTION },
  maxNorm: { axis: ['-1'] },
  mlp: { activation: FUNCTION, hidden: ['[]'], outputBias: ['-1'] },
  orthogonal: { lambda: FUNCTION },
  activityRegularization: { l1: FUNCTION, l2: FUNCTION, layers: FUNCTION },
  meanTeacher: { weight: FUNCTION, decay: FUNCTION },
  sam: { rho: FUNCTION },
  Dropout: { rate: FUNCTION },
  SpatialDropout: { rate: FUNCTION },
  StochasticDepth: { rate: FUNCTION },
  distillation: { output: TEXT },
  uncertaintyWeighting: { initial: ['-1'] },
  unitNorm: { axis: ['-1'] },
  minMaxNorm: { axis: ['-1'] },
  modelCheckpoint: { clock: FUNCTION, keep: ['Infinity'] },
  lastRunFolder: { prefix: TEXT },
  newRunFolder: { prefix: TEXT },
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
  tensorBoard: { clock: FUNCTION, images: FUNCTION, prCurves: FUNCTION, embeddings: FUNCTION },
  webhookTracker: { fetch: FUNCTION, headers: ['{}'] },
  track: { parameters: ['{}'] },
  webgpu: { dawnFlags: ['[]'] },
  trace: { momentum: FUNCTION },
  weightDecay: { rate: FUNCTION },
};

const ADAPTIVE =
  /^(adaBelief|adadelta|adagrad|adam|adamW|adamax|adan|cocob|dAdaptAdam|dog|lamb|lion|nadam|novograd|prodigy|radam|sm3|scheduleFree.*|yogi)$/;

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
  'readOnnxWeights',
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

// Values by name: what a program calls. What plugins and optimizers are written with stays in the package it belongs to.
export type * from '@espalier/backend-wasm';
export { wasm } from '@espalier/backend-wasm';
export type * from '@espalier/callbacks';
export {
  bestCheckpoint,
  clipGradients,
  csvLogger,
  earlyStopping,
  ema,
  folderStore,
  indexedDbStore,
  jsonlLogger,
  latestCheckpoint,
  modelCheckpoint,
  nanGuard,
  opfsStore,
  progressBar,
  reduceLROnPlateau,
} from '@espalier/callbacks';
export type * from '@espalier/compile';
export { compiled, compileStep, exportOnnx } from '@espalier/compile';
export type * from '@espalier/core';
export {
  compose,
  currentStep,
  decodeCheckpoint,
  eager,
  encodeCheckpoint,
  EspalierError,
  fingerprint,
  firstAvailable,
  isEspalierError,
  loadWeights,
  parameterKind,
  selectParameters,
  stream,
  toLayersCallback,
  useBackend,
} from '@espalier/core';
export type * from '@espalier/datasets';
export {
  balancedClassWeights,
  batches,
  cifar10,
  cifar100,
  circles,
  classBalancedSampler,
  concat,
  csvStream,
  decodeImage,
  fashionMnist,
  featureStatistics,
  filter,
  fitTableEncoder,
  fromArrays,
  fromIdx,
  fromImageFiles,
  fromIterable,
  fromTfData,
  groupKFolds,
  gunzip,
  imageFolder,
  kFolds,
  labelNoise,
  map,
  mnist,
  moons,
  normalize,
  randomSampler,
  readCsv,
  spirals,
  split,
  splitTable,
  subset,
  syntheticClassification,
  syntheticRegression,
  tableEncoder,
  tableRows,
  take,
  timeSeriesFolds,
  toTensors,
  weightedSampler,
} from '@espalier/datasets';
export type * from '@espalier/diagnostics';
export {
  activationProfile,
  activations,
  featureMaps,
  gradientCheck,
  kernelImages,
  weightChanges,
  weightHistory,
  weightStatistics,
} from '@espalier/diagnostics';
export type * from '@espalier/losses';
export {
  binaryCrossEntropy,
  huber,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
} from '@espalier/losses';
export type * from '@espalier/metrics';
export {
  accuracy,
  confusionMatrix,
  mae,
  mse,
  perClassAccuracy,
  r2,
  sparsity,
  sparsityOf,
  topKAccuracy,
} from '@espalier/metrics';
export type * from '@espalier/models';
export {
  Activation,
  AlphaDropout,
  BatchNormalization,
  calculateGain,
  classPriors,
  cnn,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  GroupNormalization,
  initializeWeights,
  mlp,
  MultiHeadAttention,
  RandomRelu,
  RmsNormalization,
  seededInitializer,
  SpatialDropout,
  summary,
  UnitNormalization,
} from '@espalier/models';
export type * from '@espalier/optimizers';
export {
  adaBelief,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamW,
  adan,
  asgd,
  cosineDecay,
  cosineRestarts,
  cyclic,
  exponentialDecay,
  ftrl,
  inverseTimeDecay,
  lamb,
  lars,
  lion,
  lookahead,
  muon,
  nadam,
  novograd,
  oneCycle,
  partition,
  piecewiseConstant,
  polynomialDecay,
  radam,
  rmsprop,
  rprop,
  scheduleFreeAdamW,
  scheduleFreeSgd,
  sequence,
  sgd,
  signSgd,
  stepDecay,
  warmup,
  yogi,
} from '@espalier/optimizers';
export type * from '@espalier/regularizers';
export {
  elasticNet,
  gaussianNoise,
  l1,
  l1Proximal,
  l2,
  labelSmoothing,
  maxNorm,
  weightDecay,
} from '@espalier/regularizers';
export type * from '@espalier/visualization';
export {
  barChart,
  confusionMatrixChart,
  featureMapGrid,
  finding,
  fittedCurve,
  heatMap,
  histogram,
  htmlReport,
  hyperparameterChart,
  imageGrid,
  kernelGrid,
  learningCurves,
  lineChart,
  networkChart,
  toPng,
  toSvg,
  weightHeatMap,
  weightHistogram,
  writeReport,
} from '@espalier/visualization';
export type * from '@espalier/workers';
export { serveRuns, workerPool } from '@espalier/workers';
export { node } from '@espalier/backend-node';
export { nodeGpu } from '@espalier/backend-node-gpu';
export { webgpu } from '@espalier/backend-webgpu';
export { auto } from './auto.js';
// Two packages have a type of this name; this is the one meant.
export type { ConfusionMatrixOptions } from '@espalier/metrics';
// The Trainer here is the one with `auto` inside.
export type { TrainerOptions } from './trainer.js';
export { Trainer } from './trainer.js';

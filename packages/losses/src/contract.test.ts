import type { Loss } from '@espalier/core';
import type { LossContractOptions } from '@espalier/testkit';
import {
  amounts,
  classLabels,
  exportsContract,
  labelledPlaces,
  lossContract,
  oneAnswer,
  oneNumber,
  probabilityRows,
  realNumbers,
  yesOrNo,
} from '@espalier/testkit';
import * as exported from './index.js';

interface Entry extends LossContractOptions {
  readonly make: () => Loss;
  /** The same with other options, on the first problem. */
  readonly variants?: Readonly<Record<string, () => Loss>>;
}

const {
  binaryCrossEntropy,
  binaryFocalCrossEntropy,
  categoricalFocalCrossEntropy,
  categoricalHinge,
  circle,
  contrastive,
  cosineEmbedding,
  cosineSimilarity,
  dice,
  gaussianNegativeLogLikelihood,
  generalizedCrossEntropy,
  hinge,
  huber,
  klDivergence,
  logCosh,
  marginRanking,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  multiLabelMargin,
  multiMargin,
  negativeLogLikelihood,
  ntXent,
  poisson,
  quantile,
  smoothL1,
  softmaxCrossEntropy,
  squaredHinge,
  tripletMargin,
  tversky,
  tweedie,
} = exported;

const classes = { 'class numbers': classLabels(3), 'rows of probabilities': probabilityRows(3) };
const answers = { 'three answers': yesOrNo(3), 'one answer': yesOrNo(1) };
const badWeights = (make: (options: { classWeights?: never; ignoreIndex?: number }) => unknown) => ({
  'weights below 0': () => make({ classWeights: [-1] as never }),
  'no weights': () => make({ classWeights: [] as never }),
  'a fractional index': () => make({ ignoreIndex: 0.5 }),
});

const regression = { 'one number': realNumbers(1), 'three numbers': realNumbers(3) };

const losses: Record<string, Entry> = {
  softmaxCrossEntropy: {
    make: () => softmaxCrossEntropy(),
    problems: {
      'class numbers': classLabels(3),
      'one class': classLabels(1),
      'rows of probabilities': probabilityRows(3),
      'labels of places': labelledPlaces([2], 3),
    },
    variants: {
      smoothed: () => softmaxCrossEntropy({ labelSmoothing: 0.2 }),
      'weighted, one class ignored': () => softmaxCrossEntropy({ classWeights: [0.5, 2, 1], ignoreIndex: 1 }),
      'at a temperature': () => softmaxCrossEntropy({ temperature: 3 }),
    },
    bad: {
      'unknown labels': () => softmaxCrossEntropy({ labels: 'sparse' as never }),
      'smoothing above 1': () => softmaxCrossEntropy({ labelSmoothing: 1.5 }),
      'temperature 0': () => softmaxCrossEntropy({ temperature: 0 }),
      ...badWeights(softmaxCrossEntropy),
    },
  },
  binaryCrossEntropy: {
    make: () => binaryCrossEntropy(),
    problems: { 'three answers': yesOrNo(3), 'one answer': yesOrNo(1) },
    variants: {
      weighted: () => binaryCrossEntropy({ posWeight: [0.5, 3, 1] }),
      smoothed: () => binaryCrossEntropy({ labelSmoothing: 0.1, posWeight: 2 }),
    },
    bad: {
      'posWeight 0': () => binaryCrossEntropy({ posWeight: 0 }),
      'no posWeight': () => binaryCrossEntropy({ posWeight: [] }),
    },
  },
  binaryFocalCrossEntropy: {
    make: () => binaryFocalCrossEntropy({ alpha: 0.3 }),
    problems: answers,
    variants: {
      'gamma 1': () => binaryFocalCrossEntropy({ gamma: 1 }),
      'gamma 0': () => binaryFocalCrossEntropy({ gamma: 0 }),
    },
    bad: {
      'gamma 0.5': () => binaryFocalCrossEntropy({ gamma: 0.5 }),
      'alpha 2': () => binaryFocalCrossEntropy({ alpha: 2 }),
    },
  },
  categoricalFocalCrossEntropy: {
    make: () => categoricalFocalCrossEntropy(),
    problems: { ...classes, 'labels of places': labelledPlaces([2], 3) },
    variants: {
      'gamma 1, weighted': () => categoricalFocalCrossEntropy({ gamma: 1, classWeights: [1, 2, 0.5] }),
    },
    bad: {
      'alpha 0': () => categoricalFocalCrossEntropy({ alpha: 0 }),
      'gamma NaN': () => categoricalFocalCrossEntropy({ gamma: NaN }),
      ...badWeights(categoricalFocalCrossEntropy),
    },
  },
  generalizedCrossEntropy: {
    make: () => generalizedCrossEntropy(),
    problems: classes,
    variants: { 'one class ignored': () => generalizedCrossEntropy({ ignoreIndex: 0 }) },
    bad: { 'q 0': () => generalizedCrossEntropy({ q: 0 }), ...badWeights(generalizedCrossEntropy) },
  },
  negativeLogLikelihood: {
    make: () => negativeLogLikelihood(),
    problems: classes,
    variants: { weighted: () => negativeLogLikelihood({ classWeights: [1, 2, 0.5] }) },
    bad: badWeights(negativeLogLikelihood),
  },
  categoricalHinge: {
    make: () => categoricalHinge(),
    problems: classes,
    variants: { weighted: () => categoricalHinge({ classWeights: [1, 2, 0.5] }) },
    bad: badWeights(categoricalHinge),
  },
  multiMargin: {
    make: () => multiMargin({ margin: 0.9 }),
    problems: classes,
    variants: { squared: () => multiMargin({ p: 2, margin: 0.7 }) },
    bad: {
      'p 3': () => multiMargin({ p: 3 }),
      'margin 0': () => multiMargin({ margin: 0 }),
      ...badWeights(multiMargin),
    },
  },
  klDivergence: {
    make: () => klDivergence(),
    problems: { 'rows of probabilities': probabilityRows(3) },
    bad: { 'unknown scale': () => klDivergence({ from: 'log' as never }) },
  },
  hinge: { make: () => hinge(), problems: answers },
  squaredHinge: { make: () => squaredHinge(), problems: answers },
  multiLabelMargin: { make: () => multiLabelMargin(), problems: { 'three answers': yesOrNo(3) } },
  dice: {
    make: () => dice(),
    problems: answers,
    variants: { 'softmax, per class': () => dice({ activation: 'softmax', perClass: true, smooth: 1 }) },
    bad: {
      'smooth 0': () => dice({ smooth: 0 }),
      'unknown activation': () => dice({ activation: 'relu' as never }),
    },
  },
  tversky: {
    make: () => tversky({ alpha: 0.3, beta: 0.7 }),
    problems: answers,
    bad: { 'alpha < 0': () => tversky({ alpha: -1 }), 'beta NaN': () => tversky({ beta: NaN }) },
  },
  meanAbsolutePercentageError: {
    make: () => meanAbsolutePercentageError(),
    problems: regression,
    learningRate: 1e-5,
    // Percent.
    growth: 100,
  },
  meanSquaredLogarithmicError: {
    make: () => meanSquaredLogarithmicError(),
    problems: { amounts: amounts(3) },
  },
  logCosh: { make: () => logCosh(), problems: regression },
  smoothL1: {
    make: () => smoothL1({ beta: 0.95 }),
    problems: regression,
    bad: { 'beta 0': () => smoothL1({ beta: 0 }) },
  },
  cosineSimilarity: { make: () => cosineSimilarity(), problems: { 'three numbers': realNumbers(3) } },
  // exp(88) is about the largest number of float32.
  poisson: {
    make: () => poisson(),
    problems: { amounts: amounts(3) },
    variants: { full: () => poisson({ full: true }) },
    largest: 80,
  },
  tweedie: {
    make: () => tweedie(),
    problems: { amounts: amounts(3) },
    largest: 80,
    bad: { 'power 2': () => tweedie({ power: 2 }) },
  },
  quantile: {
    make: () => quantile({ quantiles: [0.1, 0.5, 0.9] }),
    problems: { 'one number': oneNumber(3) },
    // Its gradient is a sign, which an adaptive optimizer makes a whole step of.
    growth: 1100,
    bad: {
      'no quantiles': () => quantile({ quantiles: [] }),
      'quantile 1': () => quantile({ quantiles: [1] }),
    },
  },
  gaussianNegativeLogLikelihood: {
    make: () => gaussianNegativeLogLikelihood(),
    problems: { 'one number': oneNumber(2) },
    learningRate: 0.01,
    curvature: 20,
    bad: { 'variance 0': () => gaussianNegativeLogLikelihood({ minVariance: 0 }) },
  },
  contrastive: {
    make: () => contrastive({ margin: 3 }),
    problems: { pairs: oneAnswer(2, 3) },
    bad: { 'margin 0': () => contrastive({ margin: 0 }) },
  },
  cosineEmbedding: {
    make: () => cosineEmbedding(),
    problems: { pairs: oneAnswer(2, 3) },
    bad: { 'margin 2': () => cosineEmbedding({ margin: 2 }) },
  },
  marginRanking: {
    make: () => marginRanking({ margin: 0.5 }),
    problems: { pairs: oneAnswer(2) },
    bad: { 'margin < 0': () => marginRanking({ margin: -1 }) },
  },
  tripletMargin: {
    make: () => tripletMargin({ margin: 2 }),
    problems: { triplets: { ...oneAnswer(3, 3), bad: {} } },
    bad: { 'margin 0': () => tripletMargin({ margin: 0 }) },
  },
  ntXent: {
    make: () => ntXent(),
    problems: { 'pairs of views': { ...oneAnswer(2, 3), bad: {} } },
    compares: true,
    curvature: 20,
    bad: { 'temperature 0': () => ntXent({ temperature: 0 }) },
  },
  circle: {
    make: () => circle({ gamma: 4 }),
    problems: {
      'class numbers': {
        ...classLabels(3),
        bad: {
          'a fraction': { data: Float32Array.of(0.5), shape: [1], dtype: 'float32' },
          'two classes': { data: Int32Array.of(0, 1), shape: [1, 2], dtype: 'int32' },
        },
      },
    },
    compares: true,
    detached: true,
    curvature: 100,
    bad: { 'gamma 0': () => circle({ gamma: 0 }), 'margin 2': () => circle({ margin: 2 }) },
  },
  meanSquaredError: { make: () => meanSquaredError(), problems: regression },
  meanAbsoluteError: { make: () => meanAbsoluteError(), problems: regression },
  huber: {
    make: () => huber({ delta: 0.95 }),
    problems: regression,
    bad: { 'delta 0': () => huber({ delta: 0 }), 'delta NaN': () => huber({ delta: NaN }) },
  },
};

exportsContract({ exported, factories: losses });

for (const [name, { make, variants = {}, ...options }] of Object.entries(losses)) {
  lossContract(name, make, options);
  const [[kind, problem]] = Object.entries(options.problems) as [[string, (typeof options.problems)[string]]];
  for (const [variant, other] of Object.entries(variants))
    lossContract(`${name} (${variant})`, other, { ...options, problems: { [kind]: problem! }, bad: {} });
}

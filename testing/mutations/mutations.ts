/** A formula that is broken on purpose, and the file of tests that has to notice. */
export interface Mutation {
  /** What the formula is, in words. */
  readonly formula: string;
  /** The file that it stands in, from the root. */
  readonly file: string;
  /** A piece of that file that stands there once. */
  readonly find: string;
  /** What is put in its place. */
  readonly put: string;
  /** The tests that are run, from the root. */
  readonly test: string;
}

/** Mutations of one package: `[formula, source, find, put, test]`, files below its `src`. */
const within = (
  name: string,
  ...rows: readonly (readonly [formula: string, source: string, find: string, put: string, test: string])[]
): Mutation[] =>
  rows.map(([formula, source, find, put, test]) => ({
    formula,
    file: `packages/${name}/src/${source}.ts`,
    find,
    put,
    test: `packages/${name}/src/${test}.test.ts`,
  }));

/** All of them. */
export const MUTATIONS: readonly Mutation[] = [
  ...within(
    'losses',
    [
      'Huber loss, the line beyond delta',
      'huber',
      'tf.mul(clipped, 0.5)',
      'tf.mul(clipped, 0.25)',
      'reference',
    ],
    ['log-cosh, its value at 0', 'log-cosh', 'Math.LN2', '0.5', 'more-reference'],
    [
      'triplet loss, gradient of the negative',
      'triplet-margin',
      'tf.neg(up), down]',
      'tf.neg(up), up]',
      'more-reference',
    ],
    [
      'NT-Xent, mean of the two views',
      'nt-xent',
      'tf.mean<tf.Tensor1D>(',
      'tf.sum<tf.Tensor1D>(',
      'more-reference',
    ],
    [
      'circle loss, weight of pairs of a class',
      'circle',
      'tf.sub(1 + margin, cosines)',
      'tf.sub(1, cosines)',
      'more-reference',
    ],
  ),
  ...within(
    'metrics',
    [
      "Cohen's kappa, chance agreement",
      'cohen-kappa',
      'actual[i]! * predicted[j]!',
      'actual[i]! * actual[j]!',
      'classification',
    ],
    [
      'Matthews correlation, spread',
      'matthews',
      'dot(predicted, predicted)',
      'dot(actual, predicted)',
      'classification',
    ],
    [
      'calibration error, weight of a bin',
      'calibration-error',
      '(weight / all) *',
      'weight *',
      'classification',
    ],
  ),
  ...within(
    'optimizers',
    [
      'AdaBelief, epsilon below the root',
      'ada-belief',
      'step.constant(epsilonRoot / (1 - beta2))',
      'step.constant(epsilonRoot)',
      'references',
    ],
    ['Lion, share of the mean', 'lion', '(beta1 * (1 - beta2)) / (1 - beta1)', 'beta1', 'references'],
    ['SM3, accumulator of a weight', 'sm3', 'tf.minimum(a, b)', 'tf.maximum(a, b)', 'references'],
    [
      'Fromage, shrinkage',
      'fromage',
      'tf.div(square, tf.mul(growth',
      'tf.div(rate, tf.mul(growth',
      'references',
    ],
    [
      'cosine decay, half a period',
      'schedules/cosine-decay',
      'cosPi(q)',
      'cosPi(q / 2)',
      'schedules/schedules',
    ],
  ),
  ...within(
    'regularizers',
    [
      'proximal L1, threshold',
      'l1-proximal',
      'tf.minimum(w, threshold)',
      'tf.minimum(w, tf.mul(threshold, 2))',
      'parameter-plugin',
    ],
    [
      'group lasso, root of the size',
      'group-lasso',
      'Math.sqrt(w.size / norm.size)',
      'w.size / norm.size',
      'constraints',
    ],
    [
      'orthogonal penalty, gradient',
      'orthogonal',
      'excess as tf.Tensor2D), 4)',
      'excess as tf.Tensor2D), 2)',
      'constraints',
    ],
    ['maximum norm, what is within it', 'max-norm', 'tf.maximum(norms, limit)', 'norms', 'parameter-plugin'],
  ),
  ...within(
    'models',
    [
      'RMS normalisation, epsilon',
      'rms-normalization',
      'tf.rsqrt(tf.add(square, this.epsilon))',
      'tf.rsqrt(square)',
      'layers',
    ],
    ['alpha dropout, mean', 'alpha-dropout', '-a * SATURATED * rate', 'a * SATURATED * rate', 'layers'],
    ['gain of tanh', 'calculate-gain', 'tanh: 5 / 3', 'tanh: 1.6', 'initializers'],
  ),
  ...within(
    'core',
    [
      'dropout inside recurrent layers, scale of what is kept',
      'model/recurrent-dropout',
      "tf.cast(kept, 'float32'), 1 / (1 - rate)",
      "tf.cast(kept, 'float32'), 1",
      'model/recurrent-dropout',
    ],
    [
      'GRU with dropout, state that is mixed',
      'model/recurrent-dropout',
      'tf.mul(update, h)',
      'tf.mul(update, masked)',
      'model/recurrent-dropout',
    ],
  ),
  ...within(
    'augmentation',
    [
      'rotation, direction',
      'geometry/affine-map',
      'tf.add(tf.mul(sine, x), tf.mul(cosine, y))',
      'tf.sub(tf.mul(cosine, y), tf.mul(sine, x))',
      'geometry/geometry',
    ],
    [
      'MixUp, examples that are left alone',
      'mixing/mix-up',
      'tf.onesLike(share)',
      'tf.zerosLike(share)',
      'mixing/mixing',
    ],
    ['smoothing, weight of the middle', 'color/adjust', '? 5 : 1) / 13', '? 4 : 1) / 12', 'color/color'],
  ),
  ...within(
    'datasets',
    [
      "Friedman's first problem, third feature",
      'friedman',
      '20 * (x2 - 0.5) * (x2 - 0.5)',
      '20 * (x2 - 0.5)',
      'friedman',
    ],
    [
      'robust scaling, range of quartiles',
      'scaling',
      'quantile(sorted, 0.75) -',
      'quantile(sorted, 0.7) -',
      'tables/table-encoder',
    ],
  ),
  ...within('tuning', [
    'TPE, share of the prior',
    'samplers/tpe/parzen-estimator',
    '[...weights, priorWeight]',
    '[...weights, 2 * priorWeight]',
    'samplers/tpe/tpe-reference',
  ]),
];

import { choice, float, space, type Study } from '@espalier/tuning';

/** What the study's random search of the regression draws from. */
export const regressionSpace = space({
  epochs: choice([100, 250, 500]),
  batchSize: choice([4, 10, 16, 32]),
  hidden1: choice([20, 50, 100]),
  hidden2: choice([100, 200, 300]),
  dropout: float(0, 0.25),
  optimizer: choice(['sgd', 'adam']),
  learningRate: float(1e-4, 1e-2),
  weightDecay: float(1e-5, 1e-3),
});

/** One configuration of the regression. */
export type RegressionParameters = ReturnType<typeof regressionSpace.check>;

/** The search of the regression, as far as it went. */
export type RegressionStudy = Study<RegressionParameters>;

/** The configuration that the study found best. */
export const publishedRegression: RegressionParameters = {
  epochs: 250,
  batchSize: 4,
  hidden1: 100,
  hidden2: 100,
  dropout: 0.1638,
  optimizer: 'sgd',
  learningRate: 0.00035,
  weightDecay: 0.00025,
};

/** What the study's search of the convolutional network draws from. Momentum is given to both optimizers, and Adam has no use for it. */
export const networkSpace = space({
  optimizer: choice(['sgd', 'adam']),
  learningRate: float(1e-5, 1e-3),
  weightDecay: float(1e-6, 1e-3),
  momentum: float(0.6, 1),
});

/** One configuration of the convolutional network. */
export type NetworkParameters = ReturnType<typeof networkSpace.check>;

/** The study's best: its learning rate, 0.0040, lies outside of the range that it names. */
export const publishedNetwork: NetworkParameters = {
  optimizer: 'adam',
  learningRate: 0.004,
  weightDecay: 4.33e-5,
  momentum: 0.6037,
};

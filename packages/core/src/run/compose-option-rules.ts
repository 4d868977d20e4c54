import * as tf from '@tensorflow/tfjs-core';
import { option } from '../option-rules.js';

const LENGTH = { min: 1, infinite: true, default: Infinity } as const;

/** What the options of a loop of one's own may be, but for those that `model.fit` says itself. */
export const LAYERS_CALLBACK_OPTION_RULES = {
  seed: option.seed({ default: 0 }),
  epochs: option.integer(LENGTH),
  stepsPerEpoch: option.integer(LENGTH),
  batchSize: option.integer({ min: 1, default: 1 }),
  metricNames: option.names({ default: ['loss'] }),
};

/** What the options of a loop of one's own may be. */
export const COMPOSE_OPTION_RULES = {
  ...LAYERS_CALLBACK_OPTION_RULES,
  learningRate: option.schedule({ min: 0, default: 0.001 }),
  weights: option.custom<Readonly<Record<string, tf.Variable>>, { readonly optional: true }>({
    optional: true,
    expected: 'variables by name',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((one) => one instanceof tf.Variable),
    toJson: (value) => Object.keys(value),
  }),
};

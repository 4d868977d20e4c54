import {
  adam,
  type Executor,
  fromArrays,
  kFolds,
  loadWeights,
  meanSquaredError,
  mlp,
  type Plugin,
  sgd,
  Trainer,
} from 'espalier';
import { crossValidate } from '@espalier/tuning';
import type { RegressionParameters } from './spaces.js';

/** A configuration, and the points it is scored on. */
export interface ConfigurationRequest {
  readonly parameters: RegressionParameters;
  /** Of initial weights, shuffling and dropout. */
  readonly seed: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Epochs of all folds divided by this, for trying it out. */
  readonly shorter: number;
  /** Tells of the validation loss after so many epochs; absent: never, and only the end of a fold is validated. */
  readonly reportEvery?: number;
}

/** A validation loss on the way. */
export interface ConfigurationReport {
  readonly fold: number;
  readonly step?: number;
  readonly value: number;
}

/** What five folds give. */
export interface ConfigurationScore {
  /** Validation losses of the folds. */
  readonly losses: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  /** Training steps of all folds. */
  readonly steps: number;
}

/**
 * Five folds of one configuration. All folds share one trainer, so that its steps are compiled once; each starts from the same
 * initial weights.
 */
export async function scoreConfiguration(
  { parameters, seed, x, y, shorter, reportEvery }: ConfigurationRequest,
  executor: Executor,
  { signal, report }: { readonly signal: AbortSignal; report(line: ConfigurationReport): void },
): Promise<ConfigurationScore> {
  const column = (values: readonly number[]) => values.map((value) => [value]);
  const data = fromArrays({ inputs: column(x), targets: column(y) });
  const { hidden1, hidden2, dropout, learningRate, weightDecay, batchSize } = parameters;
  const epochs = Math.max(1, Math.round(parameters.epochs / shorter));
  const model = mlp({
    inputs: 1,
    hidden: [hidden1, hidden2],
    outputs: 1,
    dropout,
    initializer: 'torchUniform',
    biasInitializer: 'torchUniform',
    seed,
  });
  let current = 0;
  const telling: Plugin = {
    name: 'search',
    onEpochEnd(run, logs) {
      const value = logs['val_loss'];
      if (value !== undefined && (run.epoch + 1) % reportEvery! === 0)
        report({ fold: current, step: run.epoch + 1, value });
    },
  };
  const trainer = new Trainer({
    model,
    loss: meanSquaredError(),
    optimizer:
      parameters.optimizer === 'sgd'
        ? sgd({ learningRate, momentum: 0.9, l2: weightDecay })
        : adam({ learningRate, l2: weightDecay }),
    plugins: reportEvery === undefined ? [] : [telling],
    seed,
    executor,
  });
  const initial = await trainer.getWeights();
  try {
    const { folds, mean, deviation } = await crossValidate({
      folds: kFolds(data, { k: 5, seed: 1 }),
      signal,
      run: async ({ index, train, validation, signal: stop }) => {
        current = index;
        loadWeights(model, initial);
        await trainer.fit(train, {
          epochs,
          batchSize,
          signal: stop,
          stopOnInterrupt: false,
          ...(reportEvery !== undefined && { validation, validationEvery: { epochs: reportEvery } }),
        });
        const { loss } = await trainer.evaluate(validation);
        if (reportEvery !== undefined && !stop.aborted) report({ fold: index, value: loss as number });
        return { metrics: { loss: loss as number } };
      },
    });
    return {
      losses: folds.map(({ metrics }) => metrics['loss']!),
      mean: mean['loss']!,
      deviation: deviation['loss']!,
      steps: folds.length * epochs * Math.ceil((0.8 * x.length) / batchSize),
    };
  } finally {
    model.dispose();
  }
}

import {
  type Dataset,
  type Executor,
  type HostArrays,
  type Plugin,
  type RunRecord,
  Trainer,
} from '@espalier/core';
import { earlyStopping, reduceLROnPlateau } from '@espalier/callbacks';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy, confusionMatrix, sparsityOf } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import type { Variant } from './variants.js';

/** Training, validation and test images. */
export interface StudyData {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** What is the same for every run. */
export interface StudySettings {
  readonly data: StudyData;
  readonly seed: number;
  readonly epochs: number;
  readonly executor: Executor;
  /** Beside those of the variant. */
  readonly plugins?: readonly Plugin<never, never>[];
}

/** What one run came to. Accuracies and sparsity are shares in [0, 1]. */
export interface StudyResult {
  readonly variant: Variant;
  readonly record: RunRecord;
  readonly trainAccuracy: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Share of weights with |w| < 1e-4 over all weight matrices. */
  readonly sparsity: number;
  readonly confusion: readonly (readonly number[])[];
  readonly weights: HostArrays;
}

/** Trains one variant and measures it on all three parts of the data. */
export async function runVariant(variant: Variant, settings: StudySettings): Promise<StudyResult> {
  const { data, seed, epochs, executor, plugins = [] } = settings;
  const model = mlp({
    inputs: 784,
    hidden: [128, 64],
    outputs: 10,
    activation: 'relu',
    seed,
    ...(variant.dropout === undefined ? {} : { dropout: variant.dropout }),
    ...(variant.batchNormalization
      ? { batchNormalization: 'before-activation', batchNormalizationMomentum: 0.9 }
      : {}),
  });
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.001 }),
    metrics: [accuracy(), confusionMatrix({ classes: 10 })],
    plugins: [
      ...(variant.plugins?.() ?? []),
      earlyStopping({ monitor: 'val_loss', patience: 4, restoreBest: true }),
      reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 2 }),
      ...plugins,
    ],
    seed,
    executor,
  });
  const record = await trainer.fit(data.train, {
    epochs,
    batchSize: 128,
    validation: data.validation,
  });
  const [train, validation, test] = [
    await trainer.evaluate(data.train),
    await trainer.evaluate(data.validation),
    await trainer.evaluate(data.test),
  ];
  const weights = await trainer.getWeights();
  model.dispose();
  return {
    variant,
    record,
    trainAccuracy: train['accuracy'] as number,
    validationAccuracy: validation['accuracy'] as number,
    testAccuracy: test['accuracy'] as number,
    testLoss: test['loss'] as number,
    sparsity: sparsityOf(weights).overall,
    confusion: test['confusionMatrix'] as number[][],
    weights,
  };
}

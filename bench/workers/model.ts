import type { Loss, Metric, Optimizer } from '@espalier/core';
import { meanSquaredError, softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { cnn, mlp } from '@espalier/models';
import { adam, sgd } from '@espalier/optimizers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Case } from '../cases.js';

/** The model of a case. */
export function modelOf({
  kind,
  sizes,
  batchNormalization,
  inputs = 784,
  regression,
  dropout,
}: Case): LayersModel {
  if (kind === 'cnn')
    return cnn({ inputs: [28, 28, 1], filters: sizes, dense: [128], outputs: 10, dropout: 0.25, seed: 1 });
  const normalized = batchNormalization ? { batchNormalization: 'after-activation' as const } : {};
  const dropped = dropout === undefined ? {} : { dropout };
  return mlp({ inputs, hidden: sizes, outputs: regression ? 1 : 10, seed: 1, ...normalized, ...dropped });
}

/** What it is trained by. */
export function trainingOf({ regression, optimizer }: Case): {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric[];
} {
  return {
    loss: regression ? meanSquaredError() : softmaxCrossEntropy(),
    optimizer:
      optimizer === 'sgd'
        ? sgd({ learningRate: 0.001, momentum: 0.9, l2: 1e-4 })
        : adam({ learningRate: 0.001 }),
    metrics: regression ? [] : [accuracy()],
  };
}

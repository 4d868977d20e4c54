import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import { labelRows } from '@espalier/core/internal';
import { betaQuantiles } from './beta-quantiles.js';

/** Intervals of the table of quantiles. */
const INTERVALS = 4096;

/** Makes numbers of Beta(alpha, alpha) out of uniform ones. */
export function betaNumbers(alpha: number): (uniform: Tensor) => Tensor {
  const table = betaQuantiles(alpha, INTERVALS);
  return (uniform) => {
    const at = tf.mul(uniform, INTERVALS);
    const below = tf.floor(at);
    const share = tf.sub(at, below);
    const index = tf.reshape(tf.cast(below, 'int32'), [-1]) as Tensor1D;
    const quantiles = tf.tensor1d(table);
    const read = (where: Tensor1D): Tensor => tf.reshape(tf.gather(quantiles, where), uniform.shape);
    return tf.add(
      tf.mul(read(index), tf.sub(1, share)),
      tf.mul(read(tf.add(index, tf.scalar(1, 'int32'))), share),
    );
  };
}

/** Each example's partner: the one before it, of the first the last. Batches are shuffled, so any is as good. */
export function partners<T extends Tensor>(x: T): T {
  const count = x.shape[0]!;
  if (count === 1) return x;
  const rest = x.shape.slice(1);
  const zeros = rest.map(() => 0);
  const last = tf.slice(x, [count - 1, ...zeros], [1, ...rest]);
  const others = tf.slice(x, [0, ...zeros], [count - 1, ...rest]);
  return tf.concat([last, others], 0) as T;
}

/** `share * x + (1 - share) * partner`; where the share is 1, `x` to the bit. */
export function mixed(x: Tensor, share: Tensor): Tensor {
  const along = tf.reshape(share, [x.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
  return tf.add(tf.mul(along, x), tf.mul(tf.sub(1, along), partners(x)));
}

/** What of the targets is mixed, and how labels become rows. */
export interface MixedTargets {
  readonly targets: readonly string[] | undefined;
  readonly classes: number | undefined;
}

/**
 * A batch whose targets and weights are mixed by these shares.
 *
 * @param share `[N, 1, 1, 1]`: how much of an example is its own.
 * @throws EspalierError `invalid-option` for labels without the number of classes.
 */
export function mixTargets(scope: string, batch: Batch, share: Tensor, options: MixedTargets): Batch {
  const names = options.targets ?? Object.keys(batch.targets);
  const targets: Record<string, Tensor> = { ...batch.targets };
  const weights: Record<string, Tensor> = { ...batch.weights };
  for (const key of names) {
    const target = batch.targets[key];
    if (!target) {
      throw new EspalierError({
        code: 'invalid-option',
        scope,
        message: `target '${key}' does not exist; there are: ${Object.keys(batch.targets).join(', ')}.`,
      });
    }
    const kind = batch.targetKinds?.[key];
    const rows =
      kind === 'binary' || kind === 'values' || target.dtype === 'float32'
        ? tf.cast(target, 'float32')
        : labelRows(scope, target, key, options.classes);
    targets[key] = mixed(rows, share);
    if (batch.weights?.[key]) weights[key] = mixed(batch.weights[key], share);
  }
  return { ...batch, targets, ...(batch.weights && { weights }) };
}

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { newtonSchulz, type Quintic, STEEP, unitMatrix } from '@espalier/core/internal';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';
import { weightsPenalty } from './weights-penalty.js';

/** Options of {@link nuclearNorm}. */
export interface NuclearNormOptions extends SelectionOptions {
  /** Weight of the term >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
}

/** Comes to rest at 1. */
const EXACT: Quintic = [15 / 8, -10 / 8, 3 / 8];
/** Together they bring singular values down to a millionth of the norm to 1. */
const STEPS = [...Array<Quintic>(10).fill(STEEP), ...Array<Quintic>(5).fill(EXACT)];
/** Below it the squares of a norm leave float32's normal range; a matrix of zeros must get the gradient 0. */
const LEAST_NORM = 1e-18;

/**
 * Nuclear norm: a penalty on the singular values of weights, which makes matrices of low rank.
 *
 * ```text
 * penalty = lambda sum over parameters of sum(singular values of W),   gradient lambda U V^T for W = U S V^T, 0 where W is 0
 * ```
 *
 * W is the parameter as `[fan-in, units]`. No decomposition is needed: `U V^T` is the polar factor of W, which 15 steps of a
 * Newton-Schulz iteration find, and the norm is `sum(W * U V^T)`. Singular values below a millionth of the matrix' norm count less,
 * down to nothing, so that a matrix of lower rank has a gradient too. Kernels per parameter: 95; 30 products of matrices as
 * wide as the smaller side and 15 of the parameter's own size, and as many again, done once where a step is compiled.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = nuclearNorm({ lambda: 1e-3, parameters: ['hidden_1/kernel'] });
 * ```
 * @see Fazel, Matrix rank minimization with applications, 2002, section 5.1.4; Jordan et al., Muon, 2024, for the iteration.
 */
export function nuclearNorm(options: NuclearNormOptions): Plugin<never, never> {
  const { values, config } = readOptions('nuclear-norm', options, {
    lambda: option.schedule({ min: 0 }),
    ...selectionRules('nuclear-norm'),
  });
  return weightsPenalty(values, config, {
    value: (w, name) => tf.sum(tf.mul(w, polarFactor(w, name))),
    slope: polarFactor,
  });
}

/** U V^T of a matrix U S V^T, in the parameter's own shape. */
function polarFactor(w: Tensor, name: string): Tensor {
  const { matrix, restore } = unitMatrix(name, w);
  return restore(newtonSchulz(matrix, STEPS, LEAST_NORM));
}

import * as tf from '@tensorflow/tfjs-core';
import { checkOptions } from '@espalier/core';
import { Dropout, type DropoutOptions } from './dropout.js';

/** Options of {@link StochasticDepth}. */
export interface StochasticDepthOptions extends Omit<DropoutOptions, 'noiseShape'> {
  /** Whether each example is dropped by itself, or the batch as a whole. Default `row`. */
  readonly mode?: 'row' | 'batch';
}

/**
 * Drops whole examples: at the end of a residual branch, the block is the identity for them in this step.
 *
 * ```text
 * training:   y = x b / (1 - rate),   b = 0 with probability rate, else 1, one for each example or for the batch
 * otherwise:  y = x
 * ```
 *
 * For inputs `[N, ...]` of any rank. Random numbers and schedules of the rate as of {@link Dropout}. The paper lets the rate rise
 * linearly with depth: give each block's layer its own.
 *
 * @throws EspalierError `invalid-option` for a rate outside [0, 1), another mode or a bad seed.
 * @example
 * ```ts
 * const input = tfl.input({ shape: [8] });
 * const branch = tfl.layers.dense({ units: 8, activation: 'relu' }).apply(input);
 * const kept = new StochasticDepth({ rate: 0.2 }).apply(branch) as tfl.SymbolicTensor;
 * const block = tfl.layers.add().apply([input, kept]);
 * ```
 * Source: Huang et al. (2016), as `torchvision.ops.StochasticDepth`, which also takes a rate of 1.
 */
export class StochasticDepth extends Dropout {
  static override readonly className: string = 'EspalierStochasticDepth';
  static {
    tf.serialization.registerClass(this);
  }

  readonly mode: 'row' | 'batch';

  constructor(options: StochasticDepthOptions) {
    const { mode = 'row', ...others } = options ?? {};
    const check = checkOptions('stochastic-depth');
    check.oneOf('mode', mode, ['row', 'batch']);
    if (Object.hasOwn(others, 'noiseShape'))
      check.fail('noiseShape', 'left out: `mode` says it', (others as DropoutOptions).noiseShape);
    // What are no options at all is for Dropout to refuse.
    super(options?.constructor === Object ? (others as DropoutOptions) : options);
    this.mode = mode;
  }

  protected override maskShape(shape: readonly number[]): number[] {
    return shape.map((size, i) => (i === 0 && this.mode === 'row' ? size : 1));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), mode: this.mode };
  }
}

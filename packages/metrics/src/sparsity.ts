import type { Plugin } from '@espalier/core';
import type { SparsityOfOptions } from './sparsity-of.js';
import { checkThreshold, sparsityOf } from './sparsity-of.js';

/**
 * A plugin that logs, at the end of each epoch, the share of weights that are (nearly) zero as `sparsity`.
 *
 * It runs before the plugins that stand beside it, so that they may monitor `sparsity`. Copies the weights once an epoch.
 *
 * @param options.threshold |w| < threshold counts as zero; > 0. Default 1e-4.
 * @param options.parameters Which parameters count. Default `kernels`.
 * @throws EspalierError `invalid-option` for a bad threshold, and at the first epoch's end for a selector that selects
 *   nothing.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, plugins: [l1({ lambda: 1e-4 }), sparsity()] });
 * ```
 */
export function sparsity(options: SparsityOfOptions = {}): Plugin<never, 'sparsity'> {
  checkThreshold(options.threshold ?? 1e-4);
  return {
    name: 'sparsity',
    enforce: 'pre',
    logs: ['sparsity'],
    async onEpochEnd(run) {
      run.log('sparsity', sparsityOf(await run.getWeights(), options).overall);
    },
  };
}

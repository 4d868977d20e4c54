import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { SparsityOfOptions } from './sparsity-of.js';
import { SPARSITY_RULES, sparsityOf } from './sparsity-of.js';

/** Options of {@link sparsity}. */
export interface SparsityOptions<Name extends string = 'sparsity'> extends SparsityOfOptions {
  /** The plugin's name, and that of the number in the logs. Default `sparsity`. */
  readonly name?: Name;
}

/**
 * A plugin that logs, at the end of each epoch, the share of weights that are (nearly) zero as `sparsity`.
 *
 * It runs before the plugins that stand beside it, so that they may monitor `sparsity`. Copies the weights once an epoch.
 *
 * @param options.threshold |w| < threshold counts as zero; > 0. Default 1e-4.
 * @param options.parameters Which parameters count. Default `kernels`.
 * @param options.name What it is called in logs. Default `sparsity`.
 * @throws EspalierError `invalid-option` for bad options, and at the first epoch's end for a selector that selects
 *   nothing.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, plugins: [l1({ lambda: 1e-4 }), sparsity()] });
 * ```
 */
export function sparsity<const Name extends string = 'sparsity'>(
  options: SparsityOptions<Name> = {},
): Plugin<never, Name> {
  const { values, config } = readOptions('sparsity', options, {
    ...SPARSITY_RULES,
    name: option.text({ default: 'sparsity' }),
  });
  const { name, threshold, parameters } = values;
  return {
    name,
    config,
    enforce: 'pre',
    logs: [name],
    async onEpochEnd(run) {
      run.log(name, sparsityOf(await run.getWeights(), { threshold, parameters }).overall);
    },
  };
}

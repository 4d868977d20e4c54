import type * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import { traceScope } from '../engine/trace-scope.js';
import { ownEntry } from '../own-entry.js';
import type { Batch } from '../run/plugin.js';
import { maskedRows } from './masked-rows.js';
import type { Metric } from './metric.js';
import type { OutputObjective } from './output-objective.js';
import { putGroup } from './state.js';

/**
 * What each metric makes of a batch, by `metric/<output>/<metric>/<name>`.
 *
 * @param of The sums of a metric, or the rows that it keeps.
 */
export function measured(
  objectives: readonly OutputObjective[],
  of: (metric: Metric) => Metric['rows'],
  outputs: Tensors,
  masks: Tensors,
  batch: Batch,
): Record<string, tf.Tensor> {
  const all: Record<string, tf.Tensor> = {};
  for (const { output, metrics } of objectives) {
    for (const metric of metrics) {
      const measure = of(metric);
      if (!measure) continue;
      const values = traceScope(`metric ${metric.name}`, () => {
        const weights = ownEntry(batch.weights, output);
        const rows = {
          outputs: outputs[output]!,
          targets: batch.targets[output]!,
          ...(weights && { weights }),
        };
        const mask = ownEntry(masks, output);
        return measure.call(metric, mask ? maskedRows(rows, mask) : rows);
      });
      Object.assign(all, putGroup(`metric/${output}/${metric.name}/`, values));
    }
  }
  return all;
}

export const sumsOf = (metric: Metric): Metric['rows'] => metric.sums;
export const rowsOf = (metric: Metric): Metric['rows'] => metric.rows;

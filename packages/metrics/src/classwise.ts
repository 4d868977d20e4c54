import type { ClasswiseMetric, EvaluationMetric, Metric } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { failData } from '@espalier/core/internal';

/** Options of {@link classwise}. */
export interface ClasswiseOptions<Part extends string> {
  /** Names of the numbers of the list, in order: those of the classes. */
  readonly parts: readonly Part[];
}

/**
 * The numbers of a list as numbers of their own in the logs, `<name>_<part>`, to be monitored and charted.
 *
 * @param metric A metric of a list, e.g. with `average: 'none'`.
 * @param options.parts A name for each number, each once.
 * @returns The same metric with names.
 * @throws EspalierError `invalid-option` for bad options; `result` throws `invalid-data` where the list is longer or shorter.
 * @example
 * ```ts
 * classwise(recall({ average: 'none' }), { parts: ['ham', 'spam'] }); // logs recall_ham, recall_spam, val_recall_ham, ...
 * ```
 * Source: as torchmetrics `ClasswiseWrapper`.
 */
export function classwise<
  const Name extends string,
  const Part extends string,
  M extends Metric<Name, number[]> = Metric<Name, number[]>,
>(
  metric: M & Metric<Name, number[]>,
  options: ClasswiseOptions<Part>,
): ClasswiseMetric<Name, Part> &
  (M extends Pick<EvaluationMetric, 'rows'> ? Pick<EvaluationMetric, 'rows'> : unknown) {
  const check = checkOptions('classwise');
  if (typeof (metric as Partial<Metric> | null)?.result !== 'function')
    check.fail('metric', "a metric, e.g. recall({ average: 'none' })", metric);
  const { values, config } = readOptions('classwise', options, { parts: option.names() });
  const parts = values.parts as readonly Part[];
  if (new Set(parts).size < parts.length) check.fail('parts', 'different names', parts);
  const named: ClasswiseMetric<Name, Part> = {
    ...metric,
    config: { ...config, metric: metric.config ?? metric.name },
    parts,
    result(totals) {
      const list = metric.result(totals) as unknown;
      if (!Array.isArray(list) || list.length !== parts.length) {
        failData(
          'classwise',
          `'${metric.name}' gave ${Array.isArray(list) ? `${list.length} numbers` : 'one number'}, and \`parts\` are ${parts.length} names.`,
        );
      }
      return list as number[];
    },
  };
  return named as never;
}

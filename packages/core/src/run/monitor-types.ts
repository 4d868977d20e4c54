import type { EvaluationMetric, Metric } from '../step/metric.js';
import type { Plugin } from './plugin.js';
import type { Evaluation } from './record.js';

/** What a metric's numbers are called; a list without names has none. */
type NamesOf<T extends Metric> = T extends { readonly parts: readonly (infer P extends string)[] }
  ? `${T['name']}_${P}`
  : [ReturnType<T['result']>] extends [readonly unknown[]]
    ? never
    : T['name'];

/** The numbers of a metric over steps and validations; of one that keeps rows, over validations alone. */
type LoggedBy<T extends Metric> = T extends unknown
  ? `val_${NamesOf<T>}` | (T extends Pick<EvaluationMetric, 'rows'> ? never : NamesOf<T>)
  : never;

/** Numbers of the metrics in a list; any string where they are given by output, whose names TypeScript cannot know. */
export type MetricsOf<M> = M extends readonly Metric[] ? LoggedBy<M[number]> : string;

/** What an evaluation gives: a number for the loss, and for each metric of a list what that metric gives. */
export type EvaluationOf<M> = {
  readonly loss: number;
  readonly penalty?: number;
} & (M extends readonly Metric[]
  ? { readonly [K in M[number] as K['name']]: ReturnType<K['result']> }
  : Evaluation);

/** Names that the plugins log themselves. */
type LogsOf<P extends readonly Plugin[]> = NonNullable<P[number]['logs']>[number];

/** Names that a run with these metrics and plugins may produce. */
export type ProducedNames<M extends string, P extends readonly Plugin[]> =
  'loss' | 'penalty' | 'learning_rate' | 'val_loss' | 'val_penalty' | M | LogsOf<P>;

/**
 * The plugins themselves where each monitors only names that the run produces; else an error on the plugin at fault.
 */
export type CheckedPlugins<P extends readonly Plugin[], M extends string> = {
  readonly [I in keyof P]: P[I] extends Plugin<infer N, string>
    ? [N] extends [ProducedNames<M, P>]
      ? P[I]
      : { readonly monitors: readonly ProducedNames<M, P>[] }
    : P[I];
};

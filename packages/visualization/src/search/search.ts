import type { Chart } from '../drawing/chart.js';
import { extent, isDrawable } from '../drawing/domain.js';
import { cleanText } from '../drawing/text.js';

/** A trial of a search, as `study.trials` of `@espalier/tuning` has it. */
export interface SearchTrial {
  readonly number: number;
  readonly state: 'running' | 'complete' | 'pruned' | 'failed';
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>;
  /** One for each direction. */
  readonly values?: readonly number[];
  /** Each > 0 is a constraint that the trial breaks. */
  readonly constraints?: readonly number[];
  readonly reports?: readonly { readonly step?: number; readonly fold?: number; readonly value: number }[];
  /** Milliseconds. */
  readonly started?: number;
  /** Milliseconds. */
  readonly finished?: number;
}

/** What is drawn of a search. */
export interface Search {
  readonly trials: readonly SearchTrial[];
  readonly directions: readonly ('minimize' | 'maximize')[];
  /** What the objectives are called, one for each direction. Default `Value`, or `Value 1`, `Value 2`, ... */
  readonly objectives?: readonly string[];
  /** Parameters that were drawn on a logarithmic scale. Default none. */
  readonly logarithmic?: readonly string[];
  /** Shares of the parameters, as `parameterImportances` gives them. Default: no chart of them. */
  readonly importances?: Readonly<Record<string, number>>;
}

/** A trial that ended with values that can be drawn. */
export type EndedTrial = SearchTrial & { readonly values: readonly number[] };

/** Complete trials with values that can be drawn. */
export function completeTrials({ trials }: Search): EndedTrial[] {
  return trials.filter(
    (trial): trial is EndedTrial =>
      trial.state === 'complete' && !!trial.values && trial.values.every(isDrawable),
  );
}

/** The name of an objective. */
export function objectiveName({ objectives, directions }: Search, index: number): string {
  const name = objectives?.[index];
  return name !== undefined ? cleanText(name) : directions.length > 1 ? `Value ${index + 1}` : 'Value';
}

/** Values as costs: negated where large ones are better. */
export const costOf = ({ directions }: Search, value: number, index = 0): number =>
  directions[index] === 'maximize' ? -value : value;

/** Names of all parameters, the most important ones first where that is known. */
export function parameterNames({ trials, importances }: Search): string[] {
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  return importances ? names.sort((a, b) => shareOf(importances, b) - shareOf(importances, a)) : names;
}

/** A chart, where there is something to draw. */
export type MaybeChart = Chart | undefined;

/** `log` for positive values over a hundredfold or more. */
export function valueScale(values: readonly number[]): 'linear' | 'log' {
  const [low, high] = extent(values) ?? [0, 0];
  return low > 0 && high / low >= 100 ? 'log' : 'linear';
}

/** Ends of the colours: from the best value to that which five of six trials reach, so that single bad ones do not take them all. */
export function colorEnds(
  search: Search,
  trials: readonly EndedTrial[],
  objective: number,
): [number, number] {
  const values = trials
    .map((trial) => trial.values[objective]!)
    .sort((a, b) => costOf(search, a, objective) - costOf(search, b, objective));
  const [best, common] = [values[0]!, values[Math.floor((5 * (values.length - 1)) / 6)]!];
  if (best === common) return [best, best + 1];
  return best < common ? [best, common] : [common, best];
}

/** Says what {@link colorEnds} does to the others. */
export const COLORS_REMARK = 'Colours end where five of six trials do';

const shareOf = (shares: Readonly<Record<string, number>>, name: string): number =>
  Object.hasOwn(shares, name) ? shares[name]! : 0;

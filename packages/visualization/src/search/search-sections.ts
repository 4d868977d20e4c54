import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import type { ReportSection } from '../report/html-report.js';
import { importanceChart, sliceCharts } from './parameter-charts.js';
import { parallelChart } from './parallel-chart.js';
import { contourChart, paretoChart, rankChart } from './plane-charts.js';
import { distributionChart, historyChart, intermediateChart } from './progress-charts.js';
import type { MaybeChart, Search, SearchTrial } from './search.js';
import { timelineChart } from './timeline-chart.js';

const SCOPE = 'search-sections';

/**
 * Pictures of a hyper-parameter search, as sections of a report: history, Pareto front, importances, slices, contours and ranks
 * of the two most important parameters, parallel coordinates, distribution of the values, values on the way, timeline. What a
 * search has no data for is left out.
 *
 * @param search The trials as `study.trials` has them, and what is known of the search beside.
 * @returns Sections for `htmlReport`; their charts may be drawn by themselves, too.
 * @throws EspalierError `invalid-option`; `invalid-data` where there is no trial.
 * @example
 * ```ts
 * import { htmlReport, searchSections } from '@espalier/visualization';
 *
 * const trials = [0.3, 0.1, 0.2, 0.15].map((x, number) => ({
 *   number,
 *   state: 'complete' as const,
 *   parameters: { x },
 *   values: [(x - 0.12) ** 2],
 * }));
 * const html = await htmlReport({ title: 'A search', sections: searchSections({ trials, directions: ['minimize'] }) });
 * console.log(html.length > 1000); // true
 * ```
 */
export function searchSections(search: Search): ReportSection[] {
  readOptions(SCOPE, search, rules);
  const { objectives, directions } = search;
  if (objectives !== undefined && objectives.length !== directions.length)
    checkOptions(SCOPE).fail('objectives', `${directions.length} names, one for each direction`, objectives);
  if (search.trials.length === 0)
    throw new EspalierError({
      code: 'invalid-data',
      scope: SCOPE,
      message: 'trials is empty: there is nothing to draw yet.',
    });
  const each = (draw: (objective: number) => MaybeChart | readonly NonNullable<MaybeChart>[]) =>
    search.directions.flatMap((_, i) => draw(i) ?? []);
  return [
    section(
      'History',
      each((i) => historyChart(search, i)),
    ),
    section('Pareto front', [paretoChart(search)]),
    section('Importances', [importanceChart(search)]),
    section(
      'Slices',
      each((i) => sliceCharts(search, i)),
      'Later trials are darker.',
    ),
    section(
      'Contours',
      each((i) => contourChart(search, i)),
    ),
    section(
      'Ranks',
      each((i) => rankChart(search, i)),
    ),
    section(
      'Parallel coordinates',
      each((i) => parallelChart(search, i)),
    ),
    section(
      'Distribution',
      each((i) => distributionChart(search, i)),
    ),
    section('Values on the way', [intermediateChart(search)]),
    section('Timeline', [timelineChart(search)]),
  ].filter(({ charts }) => charts!.length > 0);
}

const section = (title: string, charts: readonly MaybeChart[], text?: string): ReportSection => ({
  title,
  ...(text !== undefined && { text }),
  charts: charts.filter((chart) => chart !== undefined),
});

const rules = {
  trials: option.custom<readonly SearchTrial[]>({
    expected: 'a list of trials with number, state and parameters',
    accepts: (value) =>
      Array.isArray(value) &&
      (value as Partial<SearchTrial>[]).every(
        (trial) =>
          typeof trial?.number === 'number' &&
          typeof trial.state === 'string' &&
          typeof trial.parameters === 'object',
      ),
    toJson: (trials) => trials.length,
  }),
  directions: option.custom<Search['directions']>({
    expected: "a list of 'minimize' and 'maximize', one for each objective",
    accepts: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((one) => one === 'minimize' || one === 'maximize'),
  }),
  objectives: option.custom<readonly string[], { readonly optional: true }>({
    optional: true,
    expected: 'a list of names',
    accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  }),
  logarithmic: option.custom<readonly string[], { readonly optional: true }>({
    optional: true,
    expected: 'a list of names of parameters',
    accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  }),
  importances: option.custom<Readonly<Record<string, number>>, { readonly optional: true }>({
    optional: true,
    expected: 'numbers by name of the parameter',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((share) => typeof share === 'number'),
  }),
};

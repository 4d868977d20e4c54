import { EspalierError, option, readOptions, stream } from '@espalier/core';
import { isSingle } from '../space/distributions.js';
import type { Dimension, Space } from '../space/space.js';
import { toUnit } from '../space/unit-interval.js';
import type { Direction, TrialRecord } from '../trial/trial-record.js';
import { pedAnova } from './ped-anova.js';
import type { Column, Table } from './regression-tree.js';
import { growForest, predict } from './regression-tree.js';
import { treeVariances } from './tree-variance.js';

/** Options of {@link parameterImportances}. */
export interface ParameterImportancesOptions {
  /**
   * `fanova`: the part of the variance over the whole space that a parameter explains alone. `permutation`: how much worse
   * predictions get when its values are mixed up. `ped-anova`: how much the best trials' values differ from those of all trials. Default
   * `fanova`.
   */
  readonly method?: 'fanova' | 'permutation' | 'ped-anova';
  /** Which parameters; only trials that have all of them count. Default: those that are always there. */
  readonly parameters?: readonly string[];
  /** Which of several objectives, from 0. Default 0. */
  readonly objective?: number;
  /** For `ped-anova`: the share of trials that count as the best ones, > 0 and < 1. Default 0.1. */
  readonly quantile?: number;
  /** Trees of the forest, >= 1. Default 64. */
  readonly trees?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

const SCOPE = 'parameter-importances';

/**
 * How much each parameter matters for the objective, by a random forest that is fitted to the complete trials, or by the
 * densities of the best ones (`ped-anova`, fast with thousands of trials). Parameters are
 * seen as they were drawn: logarithms where their distribution has them.
 *
 * Reference: `fanova` is Optuna's `FanovaImportanceEvaluator`, which leaves logarithms out, `ped-anova` its
 * `PedAnovaImportanceEvaluator`.
 *
 * Source: F. Hutter et al., "An efficient approach for assessing hyperparameter importance", ICML 2014; L. Breiman, "Random
 * forests", 2001 (permutation, on the trials that a tree did not see).
 *
 * @returns A share for each parameter, the largest first, that add up to 1; all 0 where the objective does not vary.
 * @throws EspalierError `invalid-option`; `invalid-data` for fewer than two such trials.
 * @example
 * ```ts
 * const study = await createStudy({ space: space({ x: float(0, 1), y: float(0, 1) }) });
 * await study.optimize(({ parameters: { x, y } }) => 3 * x + y, { trials: 20 });
 * console.log(parameterImportances(study));
 * ```
 */
export function parameterImportances(
  study: {
    readonly space: Pick<Space<unknown>, 'dimensions'>;
    readonly trials: readonly TrialRecord<unknown>[];
    /** For `ped-anova`. Default: small values are better. */
    readonly directions?: readonly Direction[];
  },
  options: ParameterImportancesOptions = {},
): Record<string, number> {
  const { values: settings } = readOptions(SCOPE, options, {
    method: option.oneOf(['fanova', 'permutation', 'ped-anova'], { default: 'fanova' }),
    parameters: option.names({ optional: true }),
    objective: option.integer({ min: 0, default: 0 }),
    quantile: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.1 }),
    trees: option.integer({ min: 1, default: 64 }),
    seed: option.seed({ default: 0 }),
  });
  const { method, objective, quantile, trees, seed } = settings;
  const dimensions = chosen(study.space.dimensions, settings.parameters);
  const trials = usableOf(study.trials as readonly TrialRecord[], dimensions, objective);
  const values = trials.map((trial) => trial.values![objective]!);
  if (method === 'ped-anova') {
    const sign = study.directions?.[objective] === 'maximize' ? -1 : 1;
    const costs = values.map((value) => sign * value);
    return shares(dimensions, pedAnova(dimensions, trials, costs, quantile));
  }
  const table = tableOf(trials, dimensions, values);
  const forest = growForest(table, trees, stream(seed, SCOPE));
  const raw = dimensions.map(() => 0);
  if (method === 'fanova') {
    for (const { tree } of forest) {
      const { total, byColumn } = treeVariances(tree, table.columns);
      if (total > 0) byColumn.forEach((part, i) => (raw[i]! += part / total));
    }
  } else {
    for (const [k, { tree, unseen }] of forest.entries())
      dimensions.forEach(({ name }, i) => {
        const order = stream(seed, `${SCOPE}/${name}`, k).permutation(unseen.length);
        raw[i]! += worse(table, tree, unseen, i, order);
      });
  }
  return shares(dimensions, raw);
}

function shares(dimensions: readonly Dimension[], raw: readonly number[]): Record<string, number> {
  const positive = raw.map((value) => Math.max(0, value));
  const sum = positive.reduce((a, b) => a + b, 0);
  return Object.fromEntries(
    dimensions
      .map(({ name }, i) => [name, sum === 0 ? 0 : positive[i]! / sum] as const)
      .sort((a, b) => b[1] - a[1]),
  );
}

function chosen(dimensions: readonly Dimension[], names: readonly string[] | undefined): Dimension[] {
  const unknown = names?.find((name) => !dimensions.some((each) => each.name === name));
  if (unknown !== undefined)
    fail(
      'invalid-option',
      `parameter '${unknown}' is not in the space, which has ${dimensions.map((d) => d.name).join(', ')}`,
    );
  return dimensions.filter(({ name, distribution, condition }) =>
    names ? names.includes(name) : Object.keys(condition).length === 0 && !isSingle(distribution),
  );
}

function usableOf(
  trials: readonly TrialRecord[],
  dimensions: readonly Dimension[],
  objective: number,
): TrialRecord[] {
  const usable = trials.filter(
    ({ state, values, parameters }) =>
      state === 'complete' &&
      Number.isFinite(values![objective]) &&
      dimensions.every(({ name }) => parameters[name] !== undefined),
  );
  if (usable.length < 2)
    fail(
      'invalid-data',
      `it needs at least two complete trials with finite values and all parameters, got ${usable.length}`,
    );
  return usable;
}

function tableOf(
  trials: readonly TrialRecord[],
  dimensions: readonly Dimension[],
  values: readonly number[],
): Table {
  const columns = dimensions.map(({ distribution }): Column =>
    distribution.type === 'choice'
      ? { kind: 'choice', values: distribution.choices.length }
      : { kind: 'number' },
  );
  const points = trials.map(({ parameters }) =>
    dimensions.map(({ name, distribution }) =>
      distribution.type === 'choice'
        ? distribution.choices.indexOf(parameters[name]!)
        : toUnit(distribution, parameters[name]!),
    ),
  );
  return { columns, points, values };
}

/** By how much the squared error grows, over some rows, when a column's values change places. */
function worse(
  { columns, points, values }: Table,
  tree: Parameters<typeof predict>[0],
  rows: readonly number[],
  column: number,
  order: Uint32Array,
): number {
  return rows.reduce((sum, row, i) => {
    const point = points[row]!;
    const moved = point.map((value, c) => (c === column ? points[rows[order[i]!]!]![column]! : value));
    const before = predict(tree, columns, point) - values[row]!;
    const after = predict(tree, columns, moved) - values[row]!;
    return sum + after * after - before * before;
  }, 0);
}

function fail(code: 'invalid-option' | 'invalid-data', message: string): never {
  throw new EspalierError({ code, scope: SCOPE, message: `${message}.` });
}

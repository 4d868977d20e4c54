import { EspalierError, option, readOptions, stream } from '@espalier/core';
import { isSingle } from '../space/distributions.js';
import type { Dimension, Space } from '../space/space.js';
import { toUnit } from '../space/unit-interval.js';
import type { TrialRecord } from '../trial/trial-record.js';
import type { Column, Table } from './regression-tree.js';
import { growForest, predict } from './regression-tree.js';
import { treeVariances } from './tree-variance.js';

/** Options of {@link parameterImportances}. */
export interface ParameterImportancesOptions {
  /**
   * `fanova`: the part of the variance over the whole space that a parameter explains alone. `permutation`: how much worse
   * predictions get when its values are mixed up. Default `fanova`.
   */
  readonly method?: 'fanova' | 'permutation';
  /** Which parameters; only trials that have all of them count. Default: those that are always there. */
  readonly parameters?: readonly string[];
  /** Which of several objectives, from 0. Default 0. */
  readonly objective?: number;
  /** Trees of the forest, >= 1. Default 64. */
  readonly trees?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

const SCOPE = 'parameter-importances';

/**
 * How much each parameter matters for the objective, by a random forest that is fitted to the complete trials. Parameters are
 * seen as they were drawn: logarithms where their distribution has them.
 *
 * Reference: `fanova` is Optuna's `FanovaImportanceEvaluator`, which leaves logarithms out.
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
  },
  options: ParameterImportancesOptions = {},
): Record<string, number> {
  const { values: settings } = readOptions(SCOPE, options, {
    method: option.oneOf(['fanova', 'permutation'], { default: 'fanova' }),
    parameters: option.names({ optional: true }),
    objective: option.integer({ min: 0, default: 0 }),
    trees: option.integer({ min: 1, default: 64 }),
    seed: option.seed({ default: 0 }),
  });
  const { method, objective, trees, seed } = settings;
  const dimensions = chosen(study.space.dimensions, settings.parameters);
  const table = tableOf(study.trials as readonly TrialRecord[], dimensions, objective);
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

function tableOf(trials: readonly TrialRecord[], dimensions: readonly Dimension[], objective: number): Table {
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
  const columns = dimensions.map(({ distribution }): Column =>
    distribution.type === 'choice'
      ? { kind: 'choice', values: distribution.choices.length }
      : { kind: 'number' },
  );
  const points = usable.map(({ parameters }) =>
    dimensions.map(({ name, distribution }) =>
      distribution.type === 'choice'
        ? distribution.choices.indexOf(parameters[name]!)
        : toUnit(distribution, parameters[name]!),
    ),
  );
  return { columns, points, values: usable.map(({ values }) => values![objective]!) };
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

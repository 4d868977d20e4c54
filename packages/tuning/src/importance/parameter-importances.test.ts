import { readFileSync } from 'node:fs';
import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import { finishedTrial } from '../samplers/request.fixture.js';
import { choice, float, int } from '../space/distributions.js';
import { space, when } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import { uniform53 } from '../space/unit-interval.js';
import { parameterImportances } from './parameter-importances.js';
import type { Column } from './regression-tree.js';
import { growTree, predict } from './regression-tree.js';
import { treeVariances } from './tree-variance.js';

const { trials, importances, pedAnova } = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/tuning/optuna_importances.json', import.meta.url),
    'utf8',
  ),
) as {
  readonly trials: readonly { readonly parameters: Parameters; readonly value: number }[];
  readonly importances: Readonly<Record<string, number>>;
  readonly pedAnova: readonly {
    readonly quantile: number;
    readonly shares: Readonly<Record<string, number>>;
  }[];
};
const search = space({
  x: float(0, 2),
  y: float(-1, 1),
  n: int(1, 8),
  kind: choice(['a', 'b', 'c']),
});
const reference = {
  space: search,
  trials: trials.map(({ parameters, value }, number) => finishedTrial(number, parameters, value)),
};

test('fANOVA is that of Optuna, as far as two random forests agree', () => {
  const own = parameterImportances(reference, { trees: 128 });
  expect(Object.keys(own).sort()).toEqual(Object.keys(importances).sort());
  for (const [name, share] of Object.entries(own))
    expect(Math.abs(share - importances[name]!)).toBeLessThan(0.03);
  expect(Object.values(own).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(Object.values(own)).toEqual(Object.values(own).sort((a, b) => b - a));
});

test("PED-ANOVA is Optuna's, for small and for large values", () => {
  const mirrored = {
    space: search,
    directions: ['maximize'] as const,
    trials: trials.map(({ parameters, value }, number) => finishedTrial(number, parameters, -value)),
  };
  for (const { quantile, shares } of pedAnova) {
    for (const study of [reference, mirrored]) {
      const own = parameterImportances(study, { method: 'ped-anova', quantile });
      for (const [name, share] of Object.entries(shares))
        expect(Math.abs(own[name]! - share)).toBeLessThan(1e-9);
    }
  }
});

test('a sum of independent parts is divided by their variances', () => {
  const plain = space({ x: float(0, 1), y: float(0, 1), z: float(0, 1) });
  const random = stream(3, 'test');
  const drawn = Array.from({ length: 300 }, (_, number) => {
    const [x, y, z] = [uniform53(random), uniform53(random), uniform53(random)];
    return finishedTrial(number, { x, y, z }, 3 * x + y);
  });
  for (const method of ['fanova', 'permutation'] as const) {
    const shares = parameterImportances({ space: plain, trials: drawn }, { method });
    // Variances 9 / 12 and 1 / 12.
    expect(Math.abs(shares['x']! - 0.9)).toBeLessThan(0.03);
    expect(Math.abs(shares['y']! - 0.1)).toBeLessThan(0.03);
    expect(shares['z']).toBeLessThan(0.02);
  }
});

test('variances of a tree are those of counting over a lattice', () => {
  const columns: Column[] = [{ kind: 'number' }, { kind: 'choice', values: 3 }, { kind: 'number' }];
  const random = stream(5, 'tree');
  // Positions whose middles are multiples of 1 / 16, so that the lattice hits every split.
  const points = Array.from({ length: 20 }, () => [
    random.integer(8) / 8,
    random.integer(3),
    random.integer(8) / 8,
  ]);
  const values = points.map(([a, b, c]) => a! * 3 + (b === 1 ? c! : -c!) + random.integer(3));
  const tree = growTree(
    { columns, points, values },
    points.map((_, i) => i),
  );
  const cells = Array.from({ length: 16 }, (_, i) => (i + 0.5) / 16);
  const axes = [cells, [0, 1, 2], cells];
  const all = axes[0]!.flatMap((a) => axes[1]!.flatMap((b) => axes[2]!.map((c) => [a, b, c])));
  const mean = (list: readonly number[]) => list.reduce((x, y) => x + y, 0) / list.length;
  const variance = (list: readonly number[]) => mean(list.map((value) => (value - mean(list)) ** 2));
  const outcome = (point: readonly number[]) => predict(tree, columns, point);
  const { total, byColumn } = treeVariances(tree, columns);
  expect(total).toBeCloseTo(variance(all.map(outcome)), 10);
  axes.forEach((axis, column) => {
    const marginals = axis.map((value) => mean(all.filter((point) => point[column] === value).map(outcome)));
    expect(byColumn[column]).toBeCloseTo(variance(marginals), 10);
  });
});

test('a full tree knows its own points', () => {
  const columns: Column[] = [{ kind: 'number' }, { kind: 'choice', values: 4 }];
  const points = Array.from({ length: 16 }, (_, i) => [Math.floor(i / 4) / 4, i % 4]);
  const values = points.map((_, i) => (i * 7) % 11);
  const tree = growTree(
    { columns, points, values },
    points.map((_, i) => i),
  );
  expect(points.map((point) => predict(tree, columns, point))).toEqual(values);
});

test('conditional parameters are asked for by name, and judged by the trials that have them', () => {
  const conditional = space({
    kind: choice(['a', 'b']),
    x: float(0, 1),
    m: when({ kind: 'a' }, float(0, 1)),
  });
  const random = stream(4, 'test');
  const drawn = Array.from({ length: 80 }, (_, number) => {
    const [x, m] = [uniform53(random), uniform53(random)];
    return number % 2
      ? finishedTrial(number, { kind: 'b', x }, 9)
      : finishedTrial(number, { kind: 'a', x, m }, m);
  });
  const study = { space: conditional, trials: drawn };
  expect(Object.keys(parameterImportances(study)).sort()).toEqual(['kind', 'x']);
  expect(parameterImportances(study, { parameters: ['x', 'm'] })['m']).toBeGreaterThan(0.9);
});

test('what does not vary, and what is not there', () => {
  const same = { space: search, trials: reference.trials.map((trial) => ({ ...trial, values: [1] })) };
  expect(new Set(Object.values(parameterImportances(same)))).toEqual(new Set([0]));
  const few = { space: search, trials: reference.trials.slice(0, 1) };
  expect(() => parameterImportances(few)).toThrow(/needs at least two complete trials .* got 1/);
  expect(() => parameterImportances(reference, { parameters: ['q'] })).toThrow(/'q' is not in the space/);
  expect(() => parameterImportances(reference, { trees: 0 })).toThrow(/trees must/);
  expect(() => parameterImportances(reference, { method: 'shap' as never })).toThrow(/method must be one of/);
});

import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, Metric, Tensors } from '@espalier/core';
import { eager, stream, Trainer } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { agreementTests } from './agreement.js';
import { tensorBits } from './bits.js';
import { contractExecutor } from './contract-executor.js';
import { collected } from './contract-parts.js';
import { expectConfigured } from './expect-configured.js';
import { expectRefused } from './expect-refused.js';
import { inTidy } from './in-tidy.js';
import { expectNoLeak } from './matchers.js';
import { problemData, sliceRows, tensorOf } from './objective-data.js';
import type { ObjectiveProblem } from './objective-problems.js';
import { toyModelOf, toyOptimizer } from './toy-parts.js';
import { useCpu } from './use-cpu.js';

/** What {@link metricContract} needs to know besides. */
export interface MetricContractOptions {
  /** What it is made for, by name: each is tested. */
  readonly problems: Readonly<Record<string, ObjectiveProblem>>;
  /** Calls with options that must be refused, by what is wrong with them. */
  readonly bad?: Readonly<Record<string, () => unknown>>;
  /** Whether it counts whole examples, so that sums are exact. Otherwise they round in float32. Default false. */
  readonly counts?: boolean;
}

interface Examples {
  readonly outputs: HostArray;
  readonly targets: HostArray;
  readonly weights?: HostArray;
}

/** What every metric must hold: exact over the data set, however that is cut into batches. */
export function metricContract(
  name: string,
  make: () => Metric,
  { problems, bad = {}, counts = false }: MetricContractOptions,
): void {
  if (collected('metrics', { name, make, problems })) return;
  describe(`${name} is a metric`, () => {
    useCpu();
    if (!contractExecutor()) {
      test('has a name, the same each time, and refuses bad options', () => {
        expect(make().name).toMatch(/\S/);
        expect(make().name).toBe(make().name);
        for (const [what, call] of Object.entries(bad)) expectRefused(what, call);
      });

      test('says what it was made with, and which values are better where it gives a number', () => {
        const metric = make();
        expectConfigured(metric);
        const [problem] = Object.values(problems);
        const { outputs, targets } = problem!.draw(4, stream(5, 'metric'));
        const value = resultOf(metric, { outputs, targets }, [4]);
        if (typeof value === 'number') expect(['lower', 'higher']).toContain(metric.better);
        else expect(metric.better).toBeUndefined();
        expect(metric.isList ?? false, 'it says that it gives a list').toBe(typeof value !== 'number');
      });
    }
    for (const [kind, problem] of Object.entries(problems))
      describe(`of ${kind}`, () => problemTests(make, problem, counts));
  });
}

function problemTests(make: () => Metric, problem: ObjectiveProblem, counts: boolean): void {
  const data = problemData(problem);
  const loss = {
    name: 'any',
    perExample: (outputs: tf.Tensor) => tf.mean<tf.Tensor1D>(tf.square(outputs), -1),
  };
  agreementTests(() => ({ model: toyModelOf(problem.outputShape), loss, metrics: [make()], data }));
  if (contractExecutor()) return;

  const draw = (n: number): Examples => problem.draw(n, stream(5, 'metric'));
  /** The metric over batches that end at these examples. */
  const over = (all: Examples, ends: readonly number[]): unknown => resultOf(make(), all, ends);
  const expectSame = (actual: unknown, expected: unknown): void => {
    if (counts) expect(actual).toEqual(expected);
    else expectClose(actual, expected);
  };
  const weighed = (all: Examples, weights: ArrayLike<number>): Examples => ({
    ...all,
    weights: { data: Float32Array.from(weights), shape: [weights.length], dtype: 'float32' },
  });

  test('is the same over any batches as over everything at once: one example, a short last batch', () => {
    const all = draw(22);
    const whole = over(all, [22]);
    for (const ends of [[8, 16, 22], [21, 22], [1, 2, 22], Array.from({ length: 22 }, (_, i) => i + 1)])
      expectSame(over(all, ends), whole);
    expect(numbersIn(whole).every(Number.isFinite)).toBe(true);
  });

  test('one example is enough', () => {
    const values = numbersIn(over(draw(1), [1]));
    expect(values.length).toBeGreaterThan(0);
    // A share of nothing is NaN or 0; it must not be infinite.
    expect(values.every((value) => Number.isNaN(value) || Number.isFinite(value))).toBe(true);
  });

  test('weights of one change nothing', () => {
    const all = draw(10);
    expectSame(over(weighed(all, new Array(10).fill(1)), [4, 10]), over(all, [10]));
  });

  test('a weight of zero takes an example away, a weight of two counts it twice', () => {
    const all = draw(6);
    const without = over(
      { outputs: sliceRows(all.outputs, 0, 4), targets: sliceRows(all.targets, 0, 4) },
      [4],
    );
    expectSame(over(weighed(all, [1, 1, 1, 1, 0, 0]), [6]), without);
    const twice = (array: HostArray): HostArray => joinRows(array, sliceRows(array, 0, 2));
    const repeated = { outputs: twice(all.outputs), targets: twice(all.targets) };
    expectSame(over(weighed(all, [2, 2, 1, 1, 1, 1]), [6]), over(repeated, [8]));
  });

  test('takes good targets and refuses bad ones before the first step', () => {
    const metric = make();
    metric.checkTargets?.(draw(8).targets, problem.outputShape);
    for (const [what, array] of Object.entries(problem.bad))
      expectRefused(what, () => metric.checkTargets?.(array, problem.outputShape), 'invalid-data');
  });

  test('is pure, leaves nothing but its sums, and names them for good', async () => {
    const all = draw(5);
    await expectNoLeak(() => {
      const metric = make();
      const taken = (to: number): Tensors => {
        const { sums, rows } = takenOf(metric, all, 0, to);
        return { ...sums, ...rows };
      };
      const bits = () => inTidy(() => tensorBits(taken(5)));
      expect(bits()).toEqual(bits());
      const names = inTidy(() => Object.keys(taken(2)));
      expect(names).toEqual(Object.keys(bits()));
      expect(names.length).toBeGreaterThan(0);
    });
  });

  test('evaluates the same in the trainer, whatever the batch size', async () => {
    const model = toyModelOf(problem.outputShape);
    const metric = make();
    await expectNoLeak(async () => {
      const trainer = new Trainer({
        model,
        loss,
        optimizer: toyOptimizer(),
        metrics: [metric],
        executor: eager(),
      });
      const [whole, parts] = [await trainer.evaluate(data), await trainer.evaluate(data, { batchSize: 5 })];
      expect(whole).toHaveProperty([metric.name]);
      expectSame(parts[metric.name], whole[metric.name]);
    });
    model.dispose();
  });
}

/** The metric over batches that end at these examples. */
function resultOf(metric: Metric, all: Examples, ends: readonly number[]): unknown {
  const totals: Record<string, Float64Array> = {};
  let from = 0;
  for (const to of ends) {
    tf.tidy(() => {
      const { sums, rows } = takenOf(metric, all, from, to);
      for (const [key, sum] of Object.entries(sums)) {
        const total = (totals[key] ??= new Float64Array(sum.size));
        expect(total.length, `size of '${key}' in every batch`).toBe(sum.size);
        sum.dataSync().forEach((value, i) => (total[i]! += value));
      }
      for (const [key, kept] of Object.entries(rows)) {
        expect(kept.shape[0], `rows of '${key}'`).toBe(to - from);
        totals[key] = Float64Array.of(...(totals[key] ?? []), ...kept.dataSync());
      }
    });
    from = to;
  }
  return metric.result(totals);
}

/** What a metric takes of some examples. */
function takenOf(
  metric: Metric,
  { outputs, targets, weights }: Examples,
  from: number,
  to: number,
): { readonly sums: Tensors; readonly rows: Tensors } {
  const cut = (array: HostArray): tf.Tensor => tensorOf(sliceRows(array, from, to));
  const batch = {
    outputs: cut(outputs),
    targets: cut(targets),
    ...(weights && { weights: cut(weights) }),
  };
  return { sums: metric.sums(batch), rows: metric.rows?.(batch) ?? {} };
}

function joinRows(a: HostArray, b: HostArray): HostArray {
  const data = a.data.slice(0, 0).constructor as new (values: number[]) => HostArray['data'];
  return {
    ...a,
    data: new data([...a.data, ...b.data]),
    shape: [a.shape[0]! + b.shape[0]!, ...a.shape.slice(1)],
  };
}

function numbersIn(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(numbersIn) : [value as number];
}

function expectClose(actual: unknown, expected: unknown): void {
  const [a, e] = [numbersIn(actual), numbersIn(expected)];
  expect(a.length).toBe(e.length);
  e.forEach((value, i) => {
    // A batch's sum of n numbers in float32 is off by n 2^-24 of it; 22 examples.
    if (!Object.is(a[i], value))
      expect(Math.abs(a[i]! - value)).toBeLessThanOrEqual(2 ** -18 * Math.max(1, Math.abs(value)));
  });
}

import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, Loss } from '@espalier/core';
import { stream, toTensorData } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import { describe, expect, test } from 'vitest';
import { agreementTests } from './agreement.js';
import { contractExecutor } from './contract-executor.js';
import { collected } from './contract-parts.js';
import { expectConfigured } from './expect-configured.js';
import { expectRefused } from './expect-refused.js';
import { expectNoLeak } from './matchers.js';
import { problemData, sliceRows, tensorOf } from './objective-data.js';
import type { ObjectiveProblem } from './objective-problems.js';
import { toyModelOf, toyOptimizer } from './toy-parts.js';
import { toyRun } from './toy-run.js';
import { useCpu } from './use-cpu.js';

/** What {@link lossContract} needs to know besides. */
export interface LossContractOptions {
  /** What it is made for, by name: each is tested. */
  readonly problems: Readonly<Record<string, ObjectiveProblem>>;
  /** Calls with options that must be refused, by what is wrong with them. */
  readonly bad?: Readonly<Record<string, () => unknown>>;
  /** The largest outputs at which value and gradient must be finite. Default 1e4. */
  readonly largest?: number;
  /** The rate that it is trained with. Default 0.1. */
  readonly learningRate?: number;
  /** How far its third derivative may be beyond 6, for the check of gradients by differences. Default 1. */
  readonly curvature?: number;
  /** How much more than others it enlarges rounding differences between executors, by large gradients. Default 1. */
  readonly growth?: number;
  /** Whether an example's loss depends on the others of its batch. Default false. */
  readonly compares?: boolean;
  /** Whether its gradient takes a part of it for constant, as it is defined: a fixture has to hold it. Default false. */
  readonly detached?: boolean;
}

/** What every loss must hold. */
export function lossContract(
  name: string,
  make: () => Loss,
  { problems, bad = {}, ...limits }: LossContractOptions,
): void {
  if (collected('losses', { name, make, problems, growth: limits.growth })) return;
  describe(`${name} is a loss`, () => {
    useCpu();
    if (!contractExecutor()) {
      test('has a name, says what it was made with, and refuses bad options', () => {
        expectConfigured(make());
        expect(make().name).toMatch(/\S/);
        for (const [what, call] of Object.entries(bad)) expectRefused(what, call);
      });
    }
    for (const [kind, problem] of Object.entries(problems)) {
      describe(`of ${kind}`, () => problemTests(make, problem, limits));
    }
  });
}

function problemTests(
  make: () => Loss,
  problem: ObjectiveProblem,
  {
    largest = 1e4,
    learningRate = 0.1,
    curvature = 1,
    compares = false,
    detached = false,
  }: Omit<LossContractOptions, 'problems' | 'bad'>,
): void {
  const parts = () => ({
    loss: make(),
    metrics: [],
    data: problemData(problem),
    optimizer: toyOptimizer(learningRate),
  });
  agreementTests(() => ({ ...parts(), model: toyModelOf(problem.outputShape) }));
  if (contractExecutor()) return;

  const draw = (n: number, name = 'loss') => problem.draw(n, stream(5, name));
  const values = (outputs: HostArray, targets: HostArray): number[] =>
    tf.tidy(() => {
      const result = make().perExample(tensorOf(outputs), tensorOf(targets));
      expect(result.shape).toEqual([outputs.shape[0]]);
      expect(result.dtype).toBe('float32');
      return [...result.dataSync()];
    });
  const gradient = (outputs: HostArray, targets: HostArray): Float32Array =>
    tf.tidy(() =>
      tf
        .grad((o) => tf.sum(make().perExample(o, tensorOf(targets))))(tensorOf(outputs))
        .dataSync<'float32'>()
        .slice(),
    );

  test(`gives one number for each example, which depends on ${compares ? 'the whole batch' : 'that example alone'}`, () => {
    const { outputs, targets } = draw(7);
    const whole = values(outputs, targets);
    expect(whole.every(Number.isFinite)).toBe(true);
    if (compares) {
      expect(values(sliceRows(outputs, 0, 6), sliceRows(targets, 0, 6))).not.toEqual(whole.slice(0, 6));
      return;
    }
    for (const [from, to] of [
      [0, 3],
      [3, 6],
      [6, 7],
    ] as const)
      // prettier-ignore
      expect(values(sliceRows(outputs, from, to), sliceRows(targets, from, to))).toEqual(
        whole.slice(from, to),
      );
  });

  if (!detached)
    test('its gradient is that of central differences', () => {
      const { outputs, targets } = draw(5);
      const exact = gradient(outputs, targets);
      // Of one example's loss f the difference quotient is off by h^2 f''' / 6 and by 2^-24 |f| / h.
      const h = 2 ** -6;
      const each = outputs.data.length / outputs.shape[0]!;
      outputs.data.forEach((value, i) => {
        const at = (x: number): number => {
          const moved = outputs.data.slice();
          moved[i] = x;
          const moving = values({ ...outputs, data: moved }, targets);
          return compares ? moving.reduce((sum, one) => sum + one, 0) : moving[Math.floor(i / each)]!;
        };
        const [above, below] = [at(value + h), at(value - h)];
        const bound = curvature * h ** 2 + (2 ** -22 * Math.max(1, Math.abs(above))) / h;
        expect(Math.abs(exact[i]! - (above - below) / (2 * h)), `output ${i}`).toBeLessThanOrEqual(bound);
      });
    });

  test('its second derivative is that of central differences of its gradient', () => {
    prepareTfjs();
    const { outputs, targets } = draw(4, 'second');
    // Along a direction, so that one gradient gives a sum over a row of second derivatives.
    const direction = Float32Array.from(outputs.data, (_, i) => (i % 3) - 0.75);
    const along = (o: tf.Tensor): tf.Tensor => {
      const first = tf.grad((x) => tf.sum(make().perExample(x, tensorOf(targets))))(o);
      // The gradient of a linear loss does not depend on the outputs, which TensorFlow.js takes for a mistake.
      return tf.add(tf.sum(tf.mul(first, tf.tensor(direction, [...outputs.shape]))), tf.mul(tf.sum(o), 0));
    };
    const second = (data: Float32Array) =>
      tf.tidy(() =>
        tf
          .grad(along)(tensorOf({ ...outputs, data }))
          .dataSync()
          .slice(),
      );
    const exact = second(outputs.data as Float32Array);
    let compared = 0;
    const h = 2 ** -6;
    outputs.data.forEach((value, i) => {
      const moved = (x: number): Float32Array =>
        Float32Array.from(outputs.data, (own, j) => (i === j ? x : own));
      const at = (x: number): number =>
        tf.tidy(() => along(tensorOf({ ...outputs, data: moved(x) })).dataSync()[0]!);
      const [above, below] = [at(value + h), at(value - h)];
      // Not across a kink or a step of the gradient.
      const [seconds, step] = [
        [value - h, value + h].map((x) => second(moved(x))[i]!),
        above - 2 * at(value) + below,
      ];
      if (Math.abs(seconds[0]! - seconds[1]!) > 0.1 * curvature || Math.abs(step) > 64 * curvature * h ** 2)
        return;
      compared++;
      const bound = 16 * curvature * h ** 2 + (2 ** -21 * Math.max(1, Math.abs(above))) / h;
      expect(Math.abs(exact[i]! - (above - below) / (2 * h)), `output ${i}`).toBeLessThanOrEqual(bound);
    });
    expect(compared).toBeGreaterThan(outputs.data.length / 2);
  });

  test.each([0, 1e-30, 1, 88, largest])('value and gradient are finite where outputs are +-%s', (size) => {
    const { outputs, targets } = draw(6);
    for (const sign of [
      (i: number) => (i % 2 ? -size : size),
      (i: number) => (i % 2 ? size : -size),
      () => size,
    ]) {
      const extreme = { ...outputs, data: Float32Array.from(outputs.data, (_, i) => sign(i)) };
      expect(values(extreme, targets).every(Number.isFinite)).toBe(true);
      expect(gradient(extreme, targets).every(Number.isFinite)).toBe(true);
    }
  });

  test('a NaN among the outputs is seen', () => {
    const { outputs, targets } = draw(3);
    const data = Float32Array.from(outputs.data, (value, i) => (i === 0 ? NaN : value));
    const result = values({ ...outputs, data }, targets);
    expect(result[0]).toBeNaN();
    if (!compares) expect(result.slice(1).every(Number.isFinite)).toBe(true);
  });

  test('leaves no tensor but its result, and targets and outputs as they are', async () => {
    const { outputs, targets } = draw(4);
    await expectNoLeak(() => {
      const [o, t] = [tensorOf(outputs), tensorOf(targets)];
      const result = tf.tidy(() => make().perExample(o, t));
      expect([...o.dataSync()]).toEqual([...outputs.data]);
      expect([...t.dataSync()]).toEqual([...toTensorData(targets)]);
      tf.dispose([o, t, result]);
    });
    await expectNoLeak(() => void gradient(outputs, targets));
  });

  test('takes good targets and refuses bad ones before the first step', async () => {
    const loss = make();
    const { targets } = draw(4);
    loss.checkTargets?.(targets, problem.outputShape);
    for (const [what, array] of Object.entries(problem.bad))
      expectRefused(what, () => loss.checkTargets?.(array, problem.outputShape), 'invalid-data');
  });

  test(`trains: the loss falls${compares ? '' : ', and does not depend on how the data are cut into batches'}`, async () => {
    const model = toyModelOf(problem.outputShape);
    const run = await expectNoLeak(() => toyRun({ ...parts(), model, fit: { epochs: 4 } }));
    const lines = run.record.epochs.map((line) => line['val_loss']!);
    // One class alone has the loss 0 from the start.
    expect(lines.at(-1)! < lines[0]! || lines[0] === 0, String(lines)).toBe(true);
    if (compares) return model.dispose();
    const again = await toyRun({
      ...parts(),
      model,
      fit: { epochs: 1, validationBatchSize: 5, batchSize: 22 },
      plugins: [{ name: 'still', onFitStart: (now) => now.scaleLearningRate('still', 0) }],
    });
    expect(again.record.epochs[0]!['val_loss']).toBeCloseTo(lines.at(-1)!, 5);
    expect(again.record.epochs[0]!['loss']).toBeCloseTo(lines.at(-1)!, 5);
    model.dispose();
  });
}

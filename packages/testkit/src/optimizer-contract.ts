import * as tf from '@tensorflow/tfjs-core';
import type { Loss, Optimizer, Plugin, Schedule, Tensors } from '@espalier/core';
import { eager } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { agreementTests } from './agreement.js';
import { allFinite, bitsOf, comparableRecord, tensorBits } from './bits.js';
import { contractExecutor } from './contract-executor.js';
import { collected } from './contract-parts.js';
import { expectRefused } from './expect-refused.js';
import { expectNoLeak } from './matchers.js';
import { resumeTests } from './resume-contract.js';
import { testStep } from './test-step.js';
import { toyModel, toyModelWithUnused } from './toy-parts.js';
import { toyRun } from './toy-run.js';
import { useCpu } from './use-cpu.js';

/** What {@link optimizerContract} needs to know besides. */
export interface OptimizerContractOptions {
  /** Calls with options that must be refused, by what is wrong with them. */
  readonly bad?: Readonly<Record<string, () => unknown>>;
  /** How much it enlarges rounding differences between executors. Default 1. */
  readonly growth?: number;
  /** How far a NaN in one element of a gradient spreads within one step. Default `element`. */
  readonly nan?: 'element' | 'parameter' | 'all';
}

const SHAPES = { scalar: [], bias: [3], kernel: [3, 2], filter: [2, 2, 1, 3] };

/**
 * What every optimizer must hold, proven in real runs of a small model.
 *
 * @param make The optimizer with this learning rate, a new one at each call.
 */
export function optimizerContract(
  name: string,
  make: (learningRate: number | Schedule) => Optimizer,
  options: OptimizerContractOptions = {},
): void {
  if (collected('optimizers', { name, make, growth: options.growth })) return;
  describe(`${name} is an optimizer`, () => {
    useCpu();
    resumeTests(() => ({ optimizer: make(0.05) }));
    agreementTests(() => ({ optimizer: make(0.05) }), options.growth);
    if (contractExecutor()) return;

    test('has a name, keeps the learning rate it is given, and refuses bad options', () => {
      expect(make(0.05).name).toMatch(/\S/);
      expect(make(0.05).learningRate).toBe(0.05);
      const schedule = (): number => 0.1;
      expect(make(schedule).learningRate).toBe(schedule);
      for (const rate of [NaN, -1, Infinity, '0.1', null])
        expectRefused(`learningRate ${rate}`, () => make(rate as number));
      for (const [what, call] of Object.entries(options.bad ?? {})) expectRefused(what, call);
    });

    test('carries the options it was made with, as plain JSON', () => {
      const { config } = make(0.05);
      expect(config).toBeTypeOf('object');
      expect(JSON.parse(JSON.stringify(config))).toEqual(config);
      expect(JSON.stringify(config)).toContain('0.05');
      const schedule = Object.assign(() => 0.05, { config: { kind: 'of-the-test' } });
      expect(JSON.stringify(make(schedule).config)).toContain('of-the-test');
    });

    test('its scalars stay finite from the first step to the millionth', () => {
      for (const [scalar, schedule] of Object.entries(make(0.05).scalars ?? {})) {
        for (const step of [0, 1, 10, 1e3, 1e6]) {
          expect(schedule({ step, epoch: 0, stepsPerEpoch: 1e7 }), `${scalar} at ${step}`).toSatisfy(
            Number.isFinite,
          );
        }
      }
    });

    describe('one update', () => {
      let fixture: ReturnType<typeof updateFixture>;
      beforeAll(() => {
        fixture = updateFixture(make(0.05));
      });

      test('has slots by parameter name, of fixed shape', () => {
        const { slots, update } = fixture;
        for (const slot of Object.keys(slots)) {
          expect(
            Object.keys(SHAPES).some((parameter) => slot.endsWith(`/${parameter}`)),
            slot,
          ).toBe(true);
        }
        const next = tf.tidy(() => shapesOf(update().slots));
        expect(next).toEqual(shapesOf(slots));
        expect(tf.tidy(() => shapesOf(update().parameters))).toEqual(SHAPES);
      });

      test('is pure: the same bits twice, what goes in unchanged, only what comes out in memory', () => {
        const { parameters, slots, gradients, update } = fixture;
        const given = { ...parameters, ...slots, ...prefixed('gradient/', gradients) };
        const before = tensorBits(given);
        const count = tf.memory().numTensors;
        const [first, second] = [update(), update()];
        const out = [...results(first), ...results(second)];
        const made = new Set(out.filter((tensor) => !Object.values(given).includes(tensor)));
        expect(tf.memory().numTensors - count).toBe(made.size);
        expect(tensorBits(second.parameters)).toEqual(tensorBits(first.parameters));
        expect(tensorBits(second.slots)).toEqual(tensorBits(first.slots));
        expect(tensorBits(given)).toEqual(before);
        tf.dispose([...made]);
        expect(tf.memory().numTensors).toBe(count);
      });

      test('passes a parameter without a gradient through, and its slots', () => {
        const { parameters, slots, gradients, update } = fixture;
        const { kernel: _, ...others } = gradients;
        tf.tidy(() => {
          const next = update(others);
          expect(next.parameters['kernel']).toBe(parameters['kernel']);
          for (const slot of Object.keys(slots).filter((key) => key.endsWith('/kernel')))
            expect(next.slots[slot]).toBe(slots[slot]);
        });
      });

      test('stays finite at gradients of zero, step after step', () => {
        const { gradients, update, slots } = fixture;
        tf.tidy(() => {
          const zeros = mapTensors(gradients, tf.zerosLike);
          let now: Tensors = slots;
          for (let i = 0; i < 3; i++) {
            const next = update(zeros, now);
            expect(allFinite({ ...next.parameters, ...prefixed('slot/', next.slots) })).toBe(true);
            now = next.slots;
          }
        });
      });

      const { nan = 'element' } = options;
      test(`keeps a NaN to the ${nan} that it came from`.replace('the all', 'all'), () => {
        const { gradients, update } = fixture;
        tf.tidy(() => {
          const [first, ...rest] = gradients['bias']!.dataSync();
          expect(first).not.toBeNaN();
          const next = update({ ...gradients, bias: tf.tensor1d([NaN, ...rest]) });
          const bias = [...next.parameters['bias']!.dataSync()];
          expect(bias[0]).toBeNaN();
          expect(bias.slice(1).map(Number.isFinite)).toEqual([0, 1].map(() => nan === 'element'));
          const { bias: _, ...others } = next.parameters;
          expect(allFinite(others)).toBe(nan !== 'all');
        });
      });
    });

    test('holds the same number of tensors at every step and none after the run', async () => {
      const counts: number[] = [];
      const counter: Plugin = { name: 'counter', onStepEnd: () => void counts.push(tf.memory().numTensors) };
      await expectNoLeak(() =>
        toyRun({
          optimizer: make(0.05),
          plugins: [counter],
          fit: { epochs: 5, batchSize: 6, validation: undefined! },
        }),
      );
      expect(counts.length).toBeGreaterThanOrEqual(20);
      expect(new Set(counts.slice(1))).toEqual(new Set([counts[1]]));
    });

    test('a second fit starts clean', async () => {
      const optimizer = make(0.05);
      const model = toyModel();
      try {
        const start = model.getWeights().map((weight) => tf.clone(weight));
        const first = await toyRun({ optimizer, model });
        model.setWeights(start);
        tf.dispose(start);
        const second = await toyRun({ optimizer, model });
        expect(comparableRecord(second.record)).toEqual(comparableRecord(first.record));
        expect(bitsOf(second.weights)).toEqual(bitsOf(first.weights));
      } finally {
        model.dispose();
      }
    });

    test('leaves a parameter that the output does not depend on as it is', async () => {
      const model = toyModelWithUnused();
      const before = [...model.parameters['unused']!.dataSync()];
      const run = await toyRun({ optimizer: make(0.05), model });
      expect([...run.weights['unused']!.data]).toEqual(before);
      expect([...run.final.arrays['parameters/unused']!.data]).toEqual(before);
      expect(run.record.epochs[1]!['loss']).not.toBe(run.record.epochs[0]!['loss']);
      Object.values(model.parameters).forEach((variable) => variable.dispose());
    });

    test('its learning rate is live: a factor of 0 stops it, a schedule is asked at every step', async () => {
      const asked: number[] = [];
      const weightsAt: unknown[] = [];
      const factor: Plugin = {
        name: 'factor',
        async onFitStart(run) {
          weightsAt.push(bitsOf(await run.getWeights()));
        },
        onEpochStart: (run) => run.scaleLearningRate('factor', run.epoch === 0 ? 0 : 1),
        async onEpochEnd(run) {
          weightsAt.push(bitsOf(await run.getWeights()));
        },
      };
      const optimizer = make(({ step }) => (asked.push(step), 0.1));
      await toyRun({ optimizer, plugins: [factor] });
      const [start, still, moved] = weightsAt;
      expect(still).toEqual(start);
      expect(moved).not.toEqual(start);
      expect(new Set(asked)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    });

    test('gradients of NaN end in NaN, not in a crash or a leak', async () => {
      const loss: Loss = {
        name: 'nan',
        perExample: (outputs) => tf.mul(tf.sum<tf.Tensor1D>(outputs, -1), NaN),
      };
      const run = await expectNoLeak(() => toyRun({ optimizer: make(0.05), loss, executor: eager() }));
      expect(run.record.status).toBe('completed');
      expect(run.weights['output/bias']!.data[0]).toBeNaN();
    });
  });
}

function updateFixture(optimizer: Optimizer) {
  const values = (scale: number) =>
    Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape]) => {
        const size = tf.util.sizeFromShape(shape);
        const data = Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i + 1));
        return [name, tf.tensor(data, shape)];
      }),
    );
  const [parameters, gradients] = [values(0.7), values(-0.2)];
  const slots = optimizer.init(parameters);
  const step = testStep({ step: 4, scalars: { ...optimizer.scalars } });
  const update = (given: Tensors = gradients, from: Tensors = slots) =>
    optimizer.update(given, from, parameters, step.scalar);
  return { parameters, gradients, slots, update };
}

function results(update: ReturnType<Optimizer['update']>): tf.Tensor[] {
  return [...Object.values(update.parameters), ...Object.values(update.slots)];
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

function mapTensors(tensors: Tensors, change: (tensor: tf.Tensor) => tf.Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}

function shapesOf(tensors: Tensors): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
}

import * as tf from '@tensorflow/tfjs-core';
import type { Executor, ExecutorSession, HostArrays, HostBatch, StepInputs } from '@espalier/core';
import { eager, isEspalierError, Trainer } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { agreementBound, agreementTests, largestDifference } from './agreement.js';
import { bitsOf, comparableRecord } from './bits.js';
import { checkingExecutor } from './checking-executor.js';
import { contractExecutor } from './contract-executor.js';
import { everyHook, SCENARIOS } from './executor-scenarios.js';
import { expectNoLeak } from './matchers.js';
import { resumeTests } from './resume-contract.js';
import { toyClasses } from './toy-data.js';
import { toyAccuracy, toyCrossEntropy, toyModel, toyOptimizer } from './toy-parts.js';
import { TOY_STEPS, toyRun } from './toy-run.js';
import { onCpu, useCpu } from './use-cpu.js';

/** What {@link executorContract} needs to know besides. */
export interface ExecutorContractOptions {
  /** Makes the backend active that it runs on. Default: `cpu`. */
  readonly activate?: () => Promise<unknown>;
  /** How much more than float32 rounding it may be off, e.g. where a device rounds otherwise. Default 1. */
  readonly growth?: number;
}

/** Rounding that the scenarios enlarge: batch normalisation divides by deviations of a few examples. */
const SCENARIO_GROWTH = 20;

/**
 * What every executor must hold: it does whole runs as the eager one on the cpu does, resumes them exactly, takes
 * over those of others, and keeps its state whatever happens.
 */
export function executorContract(
  name: string,
  make: () => Executor,
  { activate, growth = 1 }: ExecutorContractOptions = {},
): void {
  if (contractExecutor()) return;
  describe(`${name} is an executor`, () => {
    useCpu();
    if (activate) beforeAll(activate as () => Promise<void>);
    for (const [scenario, parts] of Object.entries(SCENARIOS)) {
      describe(scenario, () => {
        agreementTests(parts, SCENARIO_GROWTH * growth, make());
        resumeTests(() => ({ ...parts(), executor: make() }));
      });
    }

    test('a checkpoint moves to it from eager and back', async () => {
      const [fit, saveAt] = [{ epochs: 3 }, TOY_STEPS + 1];
      const parts = () => ({ plugins: [everyHook()], fit, saveAt });
      const whole = await onCpu(() => toyRun({ ...parts(), executor: eager() }));
      const here = await toyRun({ ...parts(), executor: make(), fit: { ...fit, resumeFrom: whole.saved! } });
      const own = await toyRun({ ...parts(), executor: make() });
      const back = await onCpu(() =>
        toyRun({ ...parts(), executor: eager(), fit: { ...fit, resumeFrom: own.saved! } }),
      );
      const bound = agreementBound(3 * TOY_STEPS, SCENARIO_GROWTH * growth);
      for (const run of [here, own, back])
        expect(largestDifference(run.final.arrays, whole.final.arrays)).toBeLessThanOrEqual(bound);
    });

    test('gives the same bits twice, from one executor and from two', async () => {
      const executor = make();
      const runs = [
        await toyRun({ executor }),
        await toyRun({ executor }),
        await toyRun({ executor: make() }),
      ];
      for (const run of runs.slice(1)) {
        expect(bitsOf(run.final.arrays)).toEqual(bitsOf(runs[0]!.final.arrays));
        expect(comparableRecord(run.record)).toEqual(comparableRecord(runs[0]!.record));
      }
    });

    describe('a session', () => sessionTests(make, growth));
  });
}

async function started(make: () => Executor, use: (parts: SessionParts) => Promise<void>): Promise<void> {
  let program: Parameters<Executor['start']>[0];
  let state: HostArrays;
  const model = toyModel();
  const trainer = new Trainer({
    model,
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    metrics: [toyAccuracy()],
    plugins: [everyHook()],
    executor: checkingExecutor((...seen) => ([program, state] = seen)),
  });
  const data = toyClasses();
  await trainer.evaluate(data);
  const start = (): Promise<ExecutorSession> => make().start(program, state);
  const reference = await onCpu(() => eager().start(program, state));
  const session = await start();
  const fetched = await data.batch(Uint32Array.from({ length: 8 }, (_, i) => i));
  // The program's names are the model's: the trainer renames before it calls an executor.
  const batch: HostBatch = {
    inputs: { hidden_input: fetched.inputs['input']! },
    targets: { output: fetched.targets['target']! },
  };
  try {
    await use({ session, reference, start, batch, inputs: inputsAt(0), state: state! });
  } finally {
    session.dispose();
    reference.dispose();
    model.dispose();
  }
}

interface SessionParts {
  readonly session: ExecutorSession;
  readonly reference: ExecutorSession;
  readonly start: () => Promise<ExecutorSession>;
  readonly batch: HostBatch;
  readonly inputs: StepInputs;
  readonly state: HostArrays;
}

function inputsAt(step: number): StepInputs {
  const own = { 'every-hook/strength': 0.01 * (step + 1), 'every-hook/share': 1 };
  return { scalars: { step, epoch: 0, learningRate: 0.1, batchSize: 8, ...own }, seed: 3, draw: step };
}

const asArrays = (sums: Awaited<ReturnType<ExecutorSession['evaluate']>>): HostArrays =>
  Object.fromEntries(
    Object.entries(sums).map(([name, data]) => [
      name,
      { data: Float32Array.from(data), shape: [data.length], dtype: 'float32' as const },
    ]),
  );

function sessionTests(make: () => Executor, growth: number): void {
  const bound = agreementBound(2, SCENARIO_GROWTH * growth);
  const close = (actual: HostArrays, expected: HostArrays): void =>
    expect(largestDifference(actual, expected)).toBeLessThanOrEqual(bound);

  test('starts with the state that it is given, and reads parts of it by prefix', () =>
    started(make, async ({ session, state }) => {
      expect(bitsOf(await session.readState())).toEqual(bitsOf(state));
      const slots = await session.readState('slots/');
      expect(Object.keys(slots).sort()).toEqual(
        Object.keys(state)
          .filter((name) => name.startsWith('slots/'))
          .sort(),
      );
    }));

  test('trains, evaluates, predicts and gives penalties and taps as eager does', () =>
    started(make, async ({ session, reference, batch, inputs }) => {
      for (let step = 0; step < 2; step++) {
        const [here, there] = [
          await session.train(batch, inputsAt(step)),
          await onCpu(() => reference.train(batch, inputsAt(step))),
        ];
        close(asArrays(await here.sums()), asArrays(await there.sums()));
        close({ norm: (await here.tap('norm'))! }, { norm: (await there.tap('norm'))! });
        expect(await here.tap('nobody')).toBeUndefined();
      }
      close(await session.readState(), await reference.readState());
      for (const [a, b] of [
        [await session.evaluate(batch, inputs), await onCpu(() => reference.evaluate(batch, inputs))],
        [await session.penalties(inputs), await onCpu(() => reference.penalties(inputs))],
      ] as const)
        close(asArrays(a), asArrays(b));
      const [outputs, expected] = [
        await session.predict(batch.inputs, inputs),
        await onCpu(() => reference.predict(batch.inputs, inputs)),
      ];
      close(outputs, expected);
      expect(outputs['output']!.shape).toEqual([8, 3]);
    }));

  test('evaluating, predicting and asking for penalties change nothing', () =>
    started(make, async ({ session, batch, inputs, state }) => {
      await session.evaluate(batch, inputs);
      await session.predict(batch.inputs, inputs);
      await session.penalties(inputs);
      expect(bitsOf(await session.readState())).toEqual(bitsOf(state));
    }));

  test('what it reads and writes are copies', () =>
    started(make, async ({ session, batch, inputs, state }) => {
      for (const { data } of Object.values(await session.readState())) data.fill(5);
      const bias = { data: Float32Array.of(1, 2, 3), shape: [3], dtype: 'float32' } as const;
      await session.writeState({ 'parameters/output/bias': bias });
      bias.data.fill(9);
      const now = await session.readState();
      expect([...now['parameters/output/bias']!.data]).toEqual([1, 2, 3]);
      const { 'parameters/output/bias': _, ...others } = now;
      const { 'parameters/output/bias': __, ...given } = state;
      expect(bitsOf(others)).toEqual(bitsOf(given));
      await session.train(batch, inputs);
      expect([...(await session.readState())['parameters/output/bias']!.data]).not.toEqual([1, 2, 3]);
    }));

  test('a state that was written is trained from', () =>
    started(make, async ({ session, start, batch }) => {
      await session.train(batch, inputsAt(0));
      const half = await session.readState();
      const other = await start();
      await other.writeState(half);
      await session.train(batch, inputsAt(1));
      await other.train(batch, inputsAt(1));
      expect(bitsOf(await other.readState())).toEqual(bitsOf(await session.readState()));
      other.dispose();
    }));

  test('a step that fails leaves the state, and the next one trains as if it had not been', () =>
    started(make, async ({ session, start, batch, inputs, state }) => {
      const [narrow, untouched] = [batch.inputs['hidden_input']!, await start()];
      const wrong = {
        ...batch,
        inputs: { hidden_input: { ...narrow, data: narrow.data.slice(0, 16), shape: [8, 2] } },
      };
      const failing = async (call: () => unknown): Promise<unknown> => {
        try {
          await call();
        } catch (error) {
          return error;
        }
        return undefined;
      };
      expect(await failing(() => session.train(wrong, inputs))).toBeInstanceOf(Error);
      const { 'every-hook/strength': _, ...scalars } = inputs.scalars;
      const missing = await failing(() => session.train(batch, { ...inputs, scalars }));
      expect(missing).toBeInstanceOf(Error);
      expect(String((missing as Error).message)).toContain('strength');
      expect(isEspalierError(missing)).toBe(true);
      expect(bitsOf(await session.readState())).toEqual(bitsOf(state));
      await session.train(batch, inputs);
      await untouched.train(batch, inputs);
      expect(bitsOf(await session.readState())).toEqual(bitsOf(await untouched.readState()));
      untouched.dispose();
    }));

  test('a NaN in the data comes out as NaN', () =>
    started(make, async ({ session, batch, inputs }) => {
      const broken = batch.inputs['hidden_input']!;
      const data = Float32Array.from(broken.data, (value, i) => (i === 0 ? NaN : value));
      const result = await session.train({ ...batch, inputs: { hidden_input: { ...broken, data } } }, inputs);
      expect((await result.sums())['loss/output']![0]).toBeNaN();
    }));

  test('takes batches of one, of eight and of one again', () =>
    started(make, async ({ session, reference, batch }) => {
      const one = (arrays: HostArrays): HostArrays =>
        Object.fromEntries(
          Object.entries(arrays).map(([name, array]) => [
            name,
            { ...array, data: array.data.slice(0, 3), shape: [1, 3] },
          ]),
        );
      const single = { inputs: one(batch.inputs), targets: one(batch.targets) };
      for (const [step, each] of [single, batch, single].entries()) {
        await session.train(each, inputsAt(step));
        await onCpu(() => reference.train(each, inputsAt(step)));
      }
      close(await session.readState(), await reference.readState());
    }));

  test('leaves no tensor behind when it is disposed', () =>
    started(make, async ({ start, batch, inputs }) => {
      await expectNoLeak(async () => {
        const session = await start();
        for (let i = 0; i < 3; i++) await (await session.train(batch, inputs)).sums();
        const before = tf.memory().numTensors;
        for (let i = 0; i < 3; i++) await (await session.train(batch, inputs)).sums();
        expect(tf.memory().numTensors).toBe(before);
        session.dispose();
      });
    }));
}

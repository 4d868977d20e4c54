import type { BatchSums, Executor, ExecutorSession, HostArrays, HostBatch } from '@espalier/core';
import type { StepInputs, StepProgram, StepResult } from '@espalier/core';
import { checkOptions, eager, EspalierError, option, readOptions, toTensorData } from '@espalier/core';
import { type BadOp, firstBadOp, firstNonFinite } from './first-bad-op.js';

/** What {@link detectAnomaly} found. */
export interface Anomaly {
  /** Whole steps done before the one that failed, and its epoch, from 0. */
  readonly step: number;
  readonly epoch: number;
  /** What of the step was not finite: `loss`, `parameters/hidden_1/kernel`, ... */
  readonly notFinite: readonly string[];
  /** Where it came from; null where the same step is finite op by op, so that the engine is at fault. */
  readonly from: BadOp | null;
  /** The batch that the step was given. */
  readonly batch: HostBatch;
  readonly sentence: string;
}

/** Options of {@link detectAnomaly}. */
export interface DetectAnomalyOptions {
  /** Is given what was found, with the batch, before the step fails. */
  readonly onAnomaly?: (anomaly: Anomaly) => void;
}

/**
 * An executor that names the first op which gave a number that is not finite: for finding out, not for every run.
 *
 * Steps run as on the executor that it is given. After each it looks at the loss and at all that the step changes. Where a number has
 * become NaN or infinite, it does the step again from what it started from, op by op on the active backend, looks at every number, and
 * fails: with the op, its layer (or loss, plugin, optimizer), whether forward, backward or in the update, what went in, the step, and
 * the examples of the batch. The run stands before that step. An op whose infinite numbers are masked away later is not blamed.
 *
 * As PyTorch's `autograd.detect_anomaly`, which looks at the backward pass for NaN only. `nanGuard` of @espalier/callbacks guards a
 * run at next to no cost, and says when, not where.
 *
 * @param executor Default {@link eager}.
 * @returns An executor. Each step costs a copy of its whole state beside itself; steps are not done in series.
 * @throws EspalierError `invalid-option`; from `fit` `execution-failed` with the sentence of {@link Anomaly}.
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss, optimizer, executor: detectAnomaly(compiled()) });
 * ```
 */
export function detectAnomaly(executor: Executor = eager(), options: DetectAnomalyOptions = {}): Executor {
  const scope = 'detect-anomaly';
  if (typeof executor?.start !== 'function')
    checkOptions(scope).fail('executor', 'an executor, e.g. eager() or compiled()', executor);
  const { onAnomaly } = readOptions(scope, options, {
    onAnomaly: option.custom<NonNullable<DetectAnomalyOptions['onAnomaly']>, { readonly optional: true }>({
      expected: 'a function',
      accepts: (value) => typeof value === 'function',
      optional: true,
    }),
  }).values;
  return {
    name: `${executor.name}, anomalies named`,
    ...(executor.isAvailable && { isAvailable: () => executor.isAvailable!() }),
    async start(program, state) {
      const before = copied(state);
      return watching(await executor.start(program, state), program, before, (found) => {
        onAnomaly?.(found);
        throw new EspalierError({ code: 'execution-failed', scope, message: found.sentence });
      });
    },
  };
}

/** The session, with every step looked at. */
function watching(
  session: ExecutorSession,
  program: StepProgram,
  start: HostArrays,
  report: (anomaly: Anomaly) => never,
): ExecutorSession {
  let before = start;
  const look = async (
    part: 'train' | 'accumulate',
    batch: HostBatch,
    inputs: StepInputs,
    sums: BatchSums,
  ): Promise<void> => {
    const after = await session.readState();
    const notFinite = [
      ...Object.keys(sums).filter((name) => firstNonFinite(sums[name]!) >= 0),
      // What was infinite before, as the best value of nothing, is so on purpose.
      ...Object.keys(after).filter(
        (name) => firstNonFinite(after[name]!.data) >= 0 && firstNonFinite(before[name]!.data) < 0,
      ),
    ];
    if (notFinite.length === 0) {
      before = after;
      return;
    }
    await session.writeState(copied(before));
    const from = firstBadOp(program, part, before, batch, inputs) ?? null;
    const { step = 0, epoch = 0 } = inputs.scalars;
    const found = { step, epoch, notFinite, from, batch: plain(batch) };
    report({ ...found, sentence: sentenceOf(found, session.name) });
  };
  return {
    name: `${session.name}, anomalies named`,
    async train(batch, inputs): Promise<StepResult> {
      const result = await session.train(batch, inputs);
      const sums = await result.sums();
      await look('train', batch, inputs, sums);
      return { sums: () => sums, tap: (name) => result.tap(name) };
    },
    async accumulate(batch, inputs) {
      const sums = await session.accumulate(batch, inputs);
      await look('accumulate', batch, inputs, sums);
      return sums;
    },
    async writeState(entries) {
      before = { ...before, ...copied(entries) };
      await session.writeState(entries);
    },
    evaluate: (batch, inputs) => session.evaluate(batch, inputs),
    evaluateWithOutputs: (batch, inputs) => session.evaluateWithOutputs(batch, inputs),
    penalties: (inputs) => session.penalties(inputs),
    predict: (arrays, inputs) => session.predict(arrays, inputs),
    readState: (prefix) => session.readState(prefix),
    ...(session.readStateNow && { readStateNow: (prefix: string) => session.readStateNow!(prefix) }),
    ...(session.takeNotes && { takeNotes: () => session.takeNotes!() }),
    dispose: () => session.dispose(),
  };
}

function sentenceOf({ step, epoch, notFinite, from }: Omit<Anomaly, 'sentence'>, engine: string): string {
  const [first, ...others] = notFinite;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const what = `step ${step} (epoch ${epoch}) made ${first}${more} not finite`;
  if (!from)
    return (
      `${what} on ${engine}, while op by op on the active backend it is finite: the engines differ; ` +
      'crossBackendDiff finds the layer.'
    );
  const { op, gradientOf, origin, pass, gave, count, shape, examples, given } = from;
  const size = shape.reduce((product, length) => product * length, 1);
  const which = gradientOf === null ? `the op ${op}` : `the op ${op} in the gradient of ${gradientOf}`;
  const where = origin === '' ? '' : ` of ${origin}`;
  const rows =
    examples.length === 0 ? '' : `, in example${examples.length > 1 ? 's' : ''} ${examples.join(', ')}`;
  const wentIn =
    given.length > 0
      ? `${given.join(', ')} was not finite already`
      : from.from
        ? `what went in was finite, from ${short(from.from.min)} to ${short(from.from.max)}`
        : 'nothing went in';
  return `${what}: ${which}${where} (${pass}) gave ${gave} first, in ${count} of ${size} numbers${rows}; ${wentIn}.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function copied(arrays: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, { ...array, data: array.data.slice() }]),
  );
}

/** A batch in memory of its own. */
function plain({ inputs, targets, weights }: HostBatch): HostBatch {
  const own = (arrays: HostArrays): HostArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [
        name,
        { data: toTensorData(array).slice(), shape: array.shape, dtype: array.dtype },
      ]),
    );
  return { inputs: own(inputs), targets: own(targets), ...(weights && { weights: own(weights) }) };
}

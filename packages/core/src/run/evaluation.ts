import type { HostArrays } from '../data/arrays.js';
import type { BatchNamer } from '../data/batch-names.js';
import type { Dataset, HostBatch } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import { isPromise } from '../data/maybe-promise.js';
import type { ExecutorSession, StepInputs } from '../engine/executor.js';
import { scalarsOutsideRun } from '../step/scalars.js';
import { takeGroup } from '../step/state.js';
import { ROWS } from '../step/training-program.js';
import { EvaluationBatches } from './evaluation-batches.js';
import { EventLoopTurns } from './event-loop.js';
import type { ValidationBatch } from './plugin.js';
import type { Evaluation } from './record.js';
import { Totals } from './totals.js';
import type { TrainerParts } from './trainer-parts.js';

/** How a data set is evaluated. */
export interface EvaluationSettings {
  readonly batchSize: number;
  readonly rename: BatchNamer;
  /** Where the run stands; outside a run, as before its first step. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Batches that are used; default: all. */
  readonly limit?: number | undefined;
  /** Where the batches come from; default: from the data, once. */
  readonly again?: EvaluationBatches | undefined;
  /** Sees each batch with what the model gave for it. */
  readonly onBatch?: ((batch: ValidationBatch) => void | Promise<void>) | undefined;
}

/** Number of examples in a batch. */
export function examplesOf(batch: HostBatch): number {
  return Object.values(batch.inputs)[0]!.shape[0]!;
}

/** Loss, penalty and metrics of a session's present weights over a data set. */
export async function evaluateDataset(
  { objectives, program, checker, seed, scalars: source }: TrainerParts,
  session: ExecutorSession,
  data: Dataset | DataStream,
  { batchSize, rename, scalars: given, limit = Infinity, again, onBatch }: EvaluationSettings,
): Promise<Evaluation> {
  const scalars = given ?? scalarsOutsideRun(source, batchSize);
  const totals = new Totals(objectives);
  const turns = new EventLoopTurns();
  const inputsFor = (count: number): StepInputs => ({
    scalars: { ...scalars, batchSize: count },
    seed,
    draw: scalars['step'] ?? 0,
  });
  const keepsRows = objectives.some(({ metrics }) => metrics.some(({ rows }) => rows !== undefined));
  const penalties = program.hasPenalties ? await session.penalties(inputsFor(batchSize)) : {};
  const batches = (again ?? new EvaluationBatches(checker, data, rename)).open({ batchSize, seed });
  try {
    for (let i = 0; i < limit; i++) {
      const fetching = batches.next();
      const batch = isPromise(fetching) ? await fetching : fetching;
      if (!batch) break;
      const count = examplesOf(batch);
      if (onBatch || keepsRows) {
        const { sums, outputs } = await session.evaluateWithOutputs(batch, inputsFor(count));
        totals.add(sums, count);
        totals.addRows(takeGroup(outputs, ROWS));
        await onBatch?.({ examples: batch, outputs: withoutRows(outputs) });
      } else {
        const sums = session.evaluate(batch, inputsFor(count));
        totals.add(isPromise(sums) ? await sums : sums, count);
      }
      const turn = turns.take();
      if (turn) await turn;
    }
  } finally {
    const closing = batches.close();
    if (closing) await closing;
  }
  const values = totals.values();
  if (Object.keys(penalties).length === 0) return values;
  const ofBatches = (values['penalty'] as number | undefined) ?? 0;
  const penalty = Object.values(penalties).reduce((sum, [value]) => sum + value!, ofBatches);
  return { ...values, penalty };
}

/** What the model gave, without what metrics keep. */
function withoutRows(outputs: HostArrays): HostArrays {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !name.startsWith(ROWS)));
}

import { BatchOrder } from '../data/batch-order.js';
import type { BatchNamer } from '../data/batch-names.js';
import type { Dataset } from '../data/dataset.js';
import { EventLoopTurns } from './event-loop.js';
import type { ExecutorSession, StepInputs } from '../engine/executor.js';
import { scalarsOutsideRun } from '../step/scalars.js';
import { Totals } from './totals.js';
import type { Evaluation, TrainerParts } from './trainer-parts.js';

/** How a data set is evaluated. */
export interface EvaluationSettings {
  readonly batchSize: number;
  readonly rename: BatchNamer;
  /** Where the run stands; outside a run, as before its first step. */
  readonly scalars?: Readonly<Record<string, number>>;
}

/** Loss, penalty and metrics of a session's present weights over a data set. */
export async function evaluateDataset(
  { objectives, program, checker, seed, optimizer, driver }: TrainerParts,
  session: ExecutorSession,
  dataset: Dataset,
  { batchSize, rename, scalars: given }: EvaluationSettings,
): Promise<Evaluation> {
  const scalars = given ?? scalarsOutsideRun(batchSize, [optimizer, ...driver.plugins]);
  const totals = new Totals(objectives);
  const order = new BatchOrder(dataset.size, batchSize);
  const turns = new EventLoopTurns();
  const inputsFor = (count: number): StepInputs => ({
    scalars: { ...scalars, batchSize: count },
    seed,
    step: scalars['step'] ?? 0,
  });
  const penalties = program.hasPenalties ? await session.penalties(inputsFor(batchSize)) : {};
  for (let i = 0; i < order.length; i++) {
    const indices = order.at(i);
    const batch = rename(await dataset.batch(indices));
    checker.checkBatch(dataset, batch);
    const sums = session.evaluate(batch, inputsFor(indices.length));
    totals.add(sums instanceof Promise ? await sums : sums, indices.length);
    await turns.take();
  }
  const values = totals.values();
  const penalty = Object.values(penalties).reduce((sum, [value]) => sum + value!, 0);
  return program.hasPenalties && Object.keys(penalties).length > 0 ? { ...values, penalty } : values;
}

import { fail } from '../errors.js';
import { numbersOf } from './vectors.js';
import { EventLoopTurns } from './event-loop.js';
import type { Checkpoint } from './checkpoint.js';
import type { EpochLogs, Evaluation, RunStatus } from './record.js';
import type { RunEngine, StepsDone } from './run-engine.js';

/** What a run does between its hooks: a session over data, or a script. */
export interface RunWork {
  /** Gets ready for the steps of the run's present epoch, from its present step on. */
  openEpoch(): void | Promise<void>;
  /**
   * Does one step, or up to `most` with nobody looking between them; `undefined` where the epoch's data are used up.
   *
   * @param more Asked after some steps whether others may follow at once; then these are counted, and else they are the last, which are
   *   returned.
   */
  steps(
    most: number,
    more: (done: StepsDone) => boolean,
  ): StepsDone | undefined | Promise<StepsDone | undefined>;
  /** After the steps of an epoch, however they ended. */
  closeEpoch?(): void | Promise<void>;
  /** The numbers of an epoch, where they are not the totals of its steps. */
  epochLogs?(): EpochLogs;
  /** The `val_` metrics, where there are any. */
  validate?(): Promise<Evaluation>;
  /** Validates before the first step of a run that begins. */
  readonly validateFirst?: boolean;
  /** Validates after so many steps, besides the ends of epochs. */
  readonly validateEverySteps?: number | undefined;
  /** Validates at the end of every so many epochs. Default 1. */
  readonly validateEveryEpochs?: number | undefined;
}

/**
 * A whole run, however it ends: `onFitStart`, the loop, `onError` where anything threw, `onFitEnd`.
 *
 * @param saved The checkpoint that it resumes from.
 * @param restore Puts the tensors of that checkpoint in place.
 * @returns What was thrown, the error that ended the run first.
 */
export async function wholeRun(
  engine: RunEngine,
  work: RunWork,
  saved?: Checkpoint,
  restore?: () => Promise<void>,
): Promise<unknown[]> {
  const { run } = engine;
  const errors: unknown[] = [];
  let status: RunStatus = 'failed';
  try {
    await restore?.();
    await engine.fitStart(saved);
    status = await loop(engine, work);
  } catch (error) {
    errors.push(error, ...(await engine.error(error)));
  }
  errors.push(...(await engine.fitEnd(status)));
  if (errors.length > 0) run.status = 'failed';
  return errors;
}

/** The order of events, written down once. */
async function loop(engine: RunEngine, work: RunWork): Promise<RunStatus> {
  const { run } = engine;
  // Of the whole run: its epochs may be shorter than the time between two turns.
  const turns = new EventLoopTurns();
  if (work.validate && work.validateFirst && run.step === 0) {
    const numbers = Object.entries(numbersOf(await validate(engine, work))).map(
      ([name, value]) => `${name} ${value}`,
    );
    run.note('trainer', `before the first step: ${numbers.join(', ')}`);
  }
  while ((!engine.isLongEnough || engine.hasOpenEpoch) && run.stopReason === undefined) {
    // Nothing is awaited that is no promise: an epoch may be over in as much time.
    const starting = engine.epochStart();
    if (starting) await starting;
    const opening = work.openEpoch();
    if (opening) await opening;
    let whole: boolean;
    try {
      whole = await steps(engine, work, turns);
    } finally {
      const closing = work.closeEpoch?.();
      if (closing) await closing;
    }
    const cutShort = !whole && run.stopReason === undefined;
    if (!whole && !cutShort) break;
    const { validateEveryEpochs = 1 } = work;
    const due = (run.epoch + 1) % validateEveryEpochs === 0 || cutShort;
    if (work.validate && due && engine.validatedAtStep !== run.step) await validate(engine, work);
    const ending = engine.epochEnd(work.epochLogs?.(), cutShort);
    if (ending) await ending;
  }
  const status = run.stopReason === undefined ? 'completed' : 'stopped';
  await engine.trainEnd(status);
  return status;
}

/** The steps of an epoch. Gives whether all were done: a stop or the run's length may end it before. */
async function steps(engine: RunEngine, work: RunWork, turns: EventLoopTurns): Promise<boolean> {
  const { run } = engine;
  const every = work.validate ? work.validateEverySteps : undefined;
  const validationIsDue = (): boolean => every !== undefined && run.step > 0 && run.step % every === 0;
  // A checkpoint taken between a step and its validation goes on with the validation.
  if (run.stepInEpoch > 0 && validationIsDue() && engine.validatedAtStep !== run.step)
    await validate(engine, work);
  // Nobody listens to steps where several are done at once, and so nothing is awaited.
  const more = (done: StepsDone): boolean => {
    if (run.stopReason !== undefined || engine.isLongEnough || turns.due) return false;
    void engine.stepEnd(done);
    return true;
  };
  while (run.stepInEpoch < run.stepsPerEpoch) {
    if (run.stopReason !== undefined || engine.isLongEnough) return false;
    const starting = engine.stepStart();
    if (starting) await starting;
    const working = work.steps(engine.stepsToGo(every), more);
    const done = working instanceof Promise ? await working : working;
    if (done === undefined) {
      if (run.stepInEpoch === 0) fail('invalid-data', 'trainer', 'the data gave no batch in this epoch.');
      return true;
    }
    // From here on the step counts: an error in a hook leaves the model after it.
    const ending = engine.stepEnd(done);
    if (ending) await ending;
    if (validationIsDue()) await validate(engine, work);
    const turn = turns.take();
    if (turn) await turn;
  }
  return true;
}

async function validate(engine: RunEngine, work: RunWork): Promise<Evaluation> {
  await engine.validationStart();
  const values = await work.validate!();
  await engine.validationEnd(values);
  return values;
}

import type { HostArrays } from '../data/arrays.js';
import type { Checkpoint } from './checkpoint.js';
import type { PluginDriver } from './plugin-driver.js';
import type { RunState } from './run-state.js';

/** What a run holds besides its own counters, for a checkpoint. */
export interface RunContents {
  /** The tensors of the step's state. */
  readState(): Promise<HostArrays>;
  writeState(entries: HostArrays): Promise<void>;
  /** Where the data of the unfinished epoch stand. */
  position(): Checkpoint['position'];
  readonly batchSize: number;
  readonly examples: number | undefined;
}

/** A run between two steps. */
export interface StandingRun extends Pick<
  Checkpoint,
  'setup' | 'totals' | 'validation' | 'validatedAtStep' | 'learningRate'
> {
  readonly run: RunState;
  /** Steps of an epoch. */
  stepsOf(epoch: number): number;
  readonly driver: PluginDriver;
  readonly contents: RunContents;
  /** The epoch's line stands in the record while the epoch is not over. */
  readonly cutShort: boolean;
  /** Of the unfinished epoch. */
  readonly secondsInEpoch: number;
}

/** Freezes a run where it stands. At the end of a whole epoch, that is the start of the next. */
export async function freeze(standing: StandingRun): Promise<Checkpoint> {
  const { run, driver, contents, setup, learningRate, validatedAtStep, cutShort } = standing;
  const ended = !cutShort && run.epochRecords.length > run.epoch;
  const plugins = driver.saveState();
  const checkpoint: Omit<Checkpoint, 'arrays'> = {
    format: 'espalier-checkpoint',
    version: 1,
    seed: run.seed,
    epoch: ended ? run.epoch + 1 : run.epoch,
    stepInEpoch: ended ? 0 : run.stepInEpoch,
    step: run.step,
    stepsPerEpoch: standing.stepsOf(ended ? run.epoch + 1 : run.epoch),
    batchSize: contents.batchSize,
    examples: contents.examples ?? null,
    position: ended ? null : contents.position(),
    learningRate,
    ...(run.wish === undefined ? {} : { stopReason: run.wish }),
    setup,
    learningRateFactors: Object.fromEntries(run.factors),
    epochs: structuredClone(run.epochRecords),
    ...(run.vectorRecords.length > 0 && { vectors: structuredClone(run.vectorRecords) }),
    events: structuredClone(run.events),
    seconds:
      run.seconds.length > run.epoch || run.stepInEpoch === 0
        ? [...run.seconds]
        : [...run.seconds, standing.secondsInEpoch],
    totals: ended ? {} : standing.totals,
    logged: ended ? {} : { ...run.logged },
    validation: ended ? {} : { ...standing.validation },
    validatedAtStep,
    plugins: plugins.json,
  };
  return { ...checkpoint, arrays: { ...(await contents.readState()), ...plugins.arrays } };
}

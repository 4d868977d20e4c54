import type { HostArrays } from '../data/arrays.js';
import type { Checkpoint } from './checkpoint.js';
import type { ExecutorSession } from '../engine/executor.js';
import type { PluginDriver } from './plugin-driver.js';
import type { EpochLogs } from './record.js';
import { fail } from '../errors.js';
import { type RunState } from './run-state.js';

/** What a checkpoint is made of. */
export interface CheckpointParts {
  readonly state: RunState;
  readonly session: ExecutorSession;
  readonly driver: PluginDriver;
  readonly totals: Readonly<Record<string, readonly number[]>>;
  readonly validation: EpochLogs;
  readonly validatedAtStep: number;
  readonly batchSize: number;
  readonly examples: number;
}

/** Freezes a run where it stands. At the end of an epoch, that is the start of the next. */
export async function buildCheckpoint(parts: CheckpointParts): Promise<Checkpoint> {
  const { state, session, driver, batchSize, examples, validatedAtStep } = parts;
  const plugins = driver.saveState();
  const ended = state.epochRecords.length > state.epoch;
  return {
    format: 'espalier-checkpoint',
    version: 1,
    seed: state.seed,
    epoch: ended ? state.epoch + 1 : state.epoch,
    stepInEpoch: ended ? 0 : state.stepInEpoch,
    step: state.step,
    stepsPerEpoch: state.stepsPerEpoch,
    batchSize,
    examples,
    learningRateFactors: Object.fromEntries(state.factors),
    epochs: structuredClone(state.epochRecords),
    events: structuredClone(state.events),
    seconds: [...state.seconds],
    totals: ended ? {} : parts.totals,
    logged: ended ? {} : { ...state.logged },
    validation: ended ? {} : { ...parts.validation },
    validatedAtStep,
    plugins: plugins.json,
    arrays: { ...(await session.readState()), ...plugins.arrays },
  };
}

/** What a run must have in common with a checkpoint. */
export interface ResumeTarget {
  readonly initial: HostArrays;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  readonly examples: number;
  readonly seed: number;
}

/** @throws EspalierError `checkpoint` where the run could not go on exactly: another model, optimizer, seed or data. */
export function checkCheckpoint(saved: Checkpoint, target: ResumeTarget): void {
  const refuse = (what: string): never => fail('checkpoint', 'trainer', `cannot resume: ${what}.`);
  if (saved.version !== 1)
    refuse(`the checkpoint is of version ${String(saved.version)}, this program reads version 1`);
  for (const key of ['seed', 'examples', 'batchSize', 'stepsPerEpoch'] as const) {
    if (saved[key] !== target[key]) {
      refuse(
        `the checkpoint has ${key} ${saved[key]}, this run ${target[key]}; use the same to go on exactly`,
      );
    }
  }
  const state = Object.entries(saved.arrays).filter(([name]) => !name.startsWith('saved/'));
  const names = new Set(state.map(([name]) => name));
  const missing = Object.keys(target.initial).find((name) => !names.has(name));
  if (missing !== undefined)
    refuse(`the checkpoint has no '${missing}'; it is of another model, optimizer or plugin set`);
  for (const [name, { shape }] of state) {
    const own = target.initial[name];
    if (!own)
      refuse(`this run has no '${name}'; the checkpoint is of another model, optimizer or plugin set`);
    else if (own.shape.join() !== shape.join()) {
      refuse(`'${name}' is [${shape.join(', ')}] in the checkpoint and [${own.shape.join(', ')}] here`);
    }
  }
}

import type { HostArrays } from '../data/arrays.js';
import { fail } from '../errors.js';
import type { Json } from '../json.js';
import { plainJson } from '../option-rules.js';
import { type Checkpoint, stepStateOf } from './checkpoint.js';
import type { RunSetup } from './record.js';
import { type RunPlan, stepsOfEpoch } from './run-state.js';

/** What a run must have in common with a checkpoint. */
export interface ResumeTarget {
  readonly initial: HostArrays;
  readonly stepsPerEpoch: RunPlan['stepsPerEpoch'];
  readonly batchSize: number;
  readonly examples: number | undefined;
  readonly seed: number;
  readonly setup: RunSetup;
}

/** Options of a run that decide what its next step is; others, as its length, may change. */
const FIXED_OPTIONS = ['accumulate', 'dropLast', 'shuffle', 'sampler', 'lossReduction'] as const;
/** Those that are given by output. */
const FIXED_BY_OUTPUT = ['lossWeights', 'classWeights'] as const;

/**
 * @throws EspalierError `checkpoint` where the run could not go on exactly: another model, optimizer, order of the data, seed or
 *   data.
 */
export function checkCheckpoint(saved: Checkpoint, target: ResumeTarget): void {
  if (saved.version !== 1)
    refuse(`the checkpoint is of version ${String(saved.version)}, this program reads version 1`);
  if (saved.weightsOnly)
    refuse('the checkpoint holds weights alone, for loadWeights(model, checkpoint); take one that is whole');
  const stepsPerEpoch = stepsOfEpoch(target, saved.epoch);
  const numbers = { ...target, stepsPerEpoch, examples: target.examples ?? null };
  for (const key of ['seed', 'examples', 'batchSize', 'stepsPerEpoch'] as const) {
    if (saved[key] !== numbers[key]) differs(key, saved[key], numbers[key]);
  }
  checkSetup(saved.setup, target.setup);
  if (saved.stepInEpoch > 0) checkMetrics(saved.setup, target.setup);
  checkState(stepStateOf(saved), target.initial);
}

function checkSetup(saved: RunSetup, own: RunSetup): void {
  for (const option of FIXED_OPTIONS) {
    const [before, now] = [saved.options?.[option], own.options?.[option]];
    if (JSON.stringify(before) !== JSON.stringify(now)) differs(option, before, now);
  }
  for (const option of FIXED_BY_OUTPUT) {
    const [before, now] = [saved, own].map((setup) =>
      Object.keys(setup.losses ?? {}).map((output) => byOutput(setup.options?.[option])[output]),
    );
    if (JSON.stringify(before) !== JSON.stringify(now))
      differs(option, saved.options?.[option] ?? null, own.options?.[option] ?? null);
  }
  if (saved.optimizer?.name !== own.optimizer?.name) {
    differs('optimizer', saved.optimizer?.name, own.optimizer?.name);
  }
  const [before, now] = [saved, own].map(({ losses }) => Object.values(losses ?? {}).map(({ name }) => name));
  if (String(before) !== String(now)) differs('losses', before!, now!);
  if (saved.data?.fingerprint !== own.data?.fingerprint) {
    refuse('the training data are not those that the checkpoint was trained on (their contents differ)');
  }
}

/** In the middle of an epoch half of its sums are there already. */
function checkMetrics(saved: RunSetup, own: RunSetup): void {
  const [before, now] = [saved, own].map(({ metrics = {} }) => plainJson(Object.values(metrics)));
  if (JSON.stringify(before) !== JSON.stringify(now))
    differs('metrics in the middle of an epoch', before, now);
}

function byOutput(value: Json | undefined): { readonly [output: string]: Json } {
  return (value ?? {}) as { readonly [output: string]: Json };
}

function checkState(saved: HostArrays, initial: HostArrays): void {
  const missing = Object.keys(initial).find((name) => !Object.hasOwn(saved, name));
  if (missing !== undefined)
    refuse(`the checkpoint has no '${missing}'; it is of another model, optimizer or plugin set`);
  for (const [name, { shape }] of Object.entries(saved)) {
    const own = initial[name];
    if (!own)
      refuse(`this run has no '${name}'; the checkpoint is of another model, optimizer or plugin set`);
    else if (own.shape.join() !== shape.join()) {
      refuse(`'${name}' is [${shape.join(', ')}] in the checkpoint and [${own.shape.join(', ')}] here`);
    }
  }
}

function differs(what: string, saved: Json | undefined, own: Json | undefined): never {
  const text = (value: Json | undefined): string =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return refuse(
    `the checkpoint has ${what} ${text(saved)}, this run ${text(own)}; use the same to go on exactly`,
  );
}

function refuse(what: string): never {
  fail('checkpoint', 'trainer', `cannot resume: ${what}.`);
}

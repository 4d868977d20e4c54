import type { Checkpoint } from './checkpoint.js';

/** Everything of a checkpoint but its arrays. */
export type CheckpointState = Omit<Checkpoint, 'arrays'>;

type Check = (value: unknown) => boolean;

const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const positive: Check = (value) => count(value) && value !== 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const number: Check = (value) => typeof value === 'number';
const record =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
const text: Check = (value) => typeof value === 'string';
/** A number, or a list or matrix of numbers. */
const numbers: Check = (value) => number(value) || (Array.isArray(value) && value.every(numbers));
const anything: Check = () => true;

/** What each part of the state must be. A part without a check is a compile error. */
const PARTS: Readonly<Record<keyof Required<CheckpointState>, Check>> = {
  format: (value) => value === 'espalier-checkpoint',
  version: (value) => value === 1,
  seed: count,
  epoch: count,
  stepInEpoch: count,
  step: count,
  stepsPerEpoch: (value) => value === Infinity || positive(value),
  batchSize: positive,
  examples: orNull(count),
  position: orNull(fields({ examples: count, read: (value) => value === undefined || count(value) })),
  learningRate: (value) => number(value) && (value as number) >= 0,
  stopReason: (value) => value === undefined || text(value),
  weightsOnly: (value) => value === undefined || value === true,
  setup: fields({ plugins: list(fields({ name: text })), versions: record(text) }),
  learningRateFactors: record((value) => number(value) && (value as number) >= 0),
  epochs: list((line) => record(number)(line) && count((line as { epoch?: unknown }).epoch)),
  vectors: (value) => value === undefined || list(fields({ epoch: count, values: record(numbers) }))(value),
  events: list(fields({ epoch: count, step: count, source: text, message: text })),
  seconds: list((value) => number(value) && (value as number) >= 0),
  totals: record(list(number)),
  logged: record(number),
  validation: record(numbers),
  validatedAtStep: (value) => value === -1 || count(value),
  plugins: record(anything),
};

/** The first part of a state that is not what it must be, and the parts that contradict each other; `undefined` where all is well. */
export function faultOf(state: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, check] of Object.entries(PARTS)) {
    if (!check(state[name])) return `'${name}' is not what it must be`;
  }
  const unknown = Object.keys(state).find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) return `it has a part '${unknown}' that no checkpoint has`;
  const { epoch, stepInEpoch, step, stepsPerEpoch, epochs } = state as unknown as CheckpointState;
  // The length of a run may cut its last epoch short, which has a line then.
  const lines = epochs.length - epoch;
  if (
    stepInEpoch > stepsPerEpoch ||
    stepInEpoch > step ||
    (lines !== 0 && (lines !== 1 || stepInEpoch === 0))
  ) {
    return 'its counts of steps and epochs contradict each other';
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

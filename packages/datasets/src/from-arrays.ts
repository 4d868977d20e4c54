import type { Dataset, HostArray, HostArrays } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { inMemory } from './in-memory.js';
import { invalidData } from './invalid-data.js';
import type { ArraySource, ReadAs } from './to-host-array.js';
import { isShaped, toHostArray } from './to-host-array.js';

const SCOPE = 'from-arrays';

/** Options of {@link fromArrays}. */
export interface FromArraysOptions {
  /** `[N, ...]`, or several by the names of the model's inputs. */
  readonly inputs: ArraySource | Readonly<Record<string, ArraySource>>;
  /** `[N, ...]`, or several by the names of the model's outputs. */
  readonly targets: ArraySource | Readonly<Record<string, ArraySource>>;
  /** `[N]`, each >= 0: how much an example counts; for every target, or by target name. Default: all count the same. */
  readonly weights?: ArraySource | Readonly<Record<string, ArraySource>>;
  /** Names of the classes in label order. Makes a flat list or typed array of targets labels, and checks their range. */
  readonly classNames?: readonly string[];
  /**
   * What byte inputs (`Uint8Array`) without a `scale` of their own become: `raw`, 0 to 255; `unit`, 0 to 1 (`byte / 255`) as
   * the pixels of {@link mnist}; `signed`, -1 to 1 (`byte / 127.5 - 1`). Default `raw`.
   */
  readonly bytes?: 'raw' | 'unit' | 'signed';
  /** Lets NaN and infinite inputs pass. Default false. */
  readonly allowNonFinite?: boolean;
}

/**
 * A data set from arrays in memory.
 *
 * Lists and `Float32Array`, `Float64Array` become float32, `Int32Array` and arrays of bigints int32; `Uint8Array` stays bytes
 * in memory and becomes float32 as an input, int32 (labels) as a target, and so do the other arrays of whole numbers. One
 * number per example becomes `[N, 1]`, except labels (int32 targets) and weights, which are `[N]`. Typed arrays are not
 * copied, where they need no conversion: do not write to them afterwards.
 *
 * **Bytes keep their values 0 to 255** unless told otherwise. Pixels train badly so: give `bytes: 'unit'`.
 *
 * @param options See {@link FromArraysOptions}. A single input is called `input`, a single target `target`.
 * @returns A data set with everything in `arrays`.
 * @throws EspalierError `invalid-data` when there are no examples, when counts differ, lists are ragged, a value is no
 *   number or not finite, a label is outside `classNames`, or a weight is negative. It names the example.
 * @example
 * ```ts
 * const data = fromArrays({
 *   inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   targets: [0, 1, 1, 0],
 *   classNames: ['same', 'different'],
 * });
 * ```
 */
export function fromArrays(options: FromArraysOptions): Dataset {
  if (isSingle(options))
    invalidData(SCOPE, 'its options must be one object; write fromArrays({ inputs, targets }).');
  const { classNames, allowNonFinite, bytes } = readOptions(SCOPE, options, RULES).values;
  const read = (source: ArraySource, name: string, role: ReadAs['role']): HostArray =>
    toHostArray(source, { scope: SCOPE, name, role, allowNonFinite: allowNonFinite && role === 'input' });

  const given = byName(options.inputs, 'inputs', 'input', (source, name) => read(source, name, 'input'));
  const inputs = bytes === undefined ? given : scaleBytes(given, bytes);
  const targets = byName(options.targets, 'targets', 'target', (source, name) =>
    read(source, name, classNames && isFlat(source) ? 'label' : 'target'),
  );
  const weights = readWeights(options.weights, Object.keys(targets), (source, name) =>
    read(source, name, 'weight'),
  );
  checkCounts({ inputs, targets, ...(weights && { weights }) });
  if (classNames) checkLabels(targets, classNames.length);
  return inMemory(
    SCOPE,
    { inputs, targets, ...(weights && { weights }) },
    classNames && Object.freeze([...classNames]),
  );
}

// What an array may be is told where it is read, with the place in it.
const anything = { expected: 'an array', accepts: () => true, toJson: () => 'an array' };

const RULES = {
  inputs: option.custom<FromArraysOptions['inputs'], { readonly optional: true }>({
    ...anything,
    optional: true,
  }),
  targets: option.custom<FromArraysOptions['targets'], { readonly optional: true }>({
    ...anything,
    optional: true,
  }),
  weights: option.custom<NonNullable<FromArraysOptions['weights']>, { readonly optional: true }>({
    ...anything,
    optional: true,
  }),
  classNames: option.custom<readonly string[], { readonly optional: true }>({
    expected: 'a list of different, non-empty strings',
    accepts: areClassNames,
    optional: true,
  }),
  bytes: option.oneOf(['raw', 'unit', 'signed'], { optional: true }),
  allowNonFinite: option.boolean({ default: false }),
};

type Read = (source: ArraySource, name: string) => HostArray;

function isSingle(value: unknown): value is ArraySource {
  return Array.isArray(value) || ArrayBuffer.isView(value) || isShaped(value);
}

function isFlat(source: ArraySource): boolean {
  return ArrayBuffer.isView(source) || (Array.isArray(source) && typeof source[0] === 'number');
}

const BYTE_SCALES = { raw: {}, unit: { scale: 1 / 255 }, signed: { scale: 2 / 255, offset: -1 } };

function scaleBytes(inputs: HostArrays, bytes: keyof typeof BYTE_SCALES): HostArrays {
  const isScalable = ({ data, dtype, scale, offset }: HostArray): boolean =>
    data instanceof Uint8Array && dtype === 'float32' && scale === undefined && offset === undefined;
  if (!Object.values(inputs).some(isScalable)) {
    const got = Object.entries(inputs).map(([name, { data }]) => `${name} ${data.constructor.name}`);
    invalidData(
      SCOPE,
      `bytes: '${bytes}' is for inputs in a Uint8Array without a scale, got ${got.join(', ')}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, array]) => [
      name,
      isScalable(array) ? { ...array, ...BYTE_SCALES[bytes] } : array,
    ]),
  );
}

function byName(
  value: ArraySource | Readonly<Record<string, ArraySource>> | undefined,
  option: string,
  single: string,
  read: Read,
): HostArrays {
  if (isSingle(value)) return { [single]: read(value, option) };
  if (typeof (value as { dataSync?: unknown } | undefined)?.dataSync === 'function')
    invalidData(SCOPE, `${option} is a tensor; give what it holds: await tensor.array().`);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) {
    invalidData(
      SCOPE,
      `${option} must be an array, { data, shape }, or a record of those by name, got ${describe(value)}.`,
    );
  }
  return Object.fromEntries(entries.map(([name, source]) => [name, read(source, `${option}.${name}`)]));
}

function readWeights(
  value: FromArraysOptions['weights'],
  targets: readonly string[],
  read: Read,
): HostArrays | undefined {
  if (value === undefined) return undefined;
  let weights: HostArrays;
  if (isSingle(value)) {
    const shared = read(value, 'weights');
    weights = Object.fromEntries(targets.map((name) => [name, shared]));
  } else {
    weights = byName(value, 'weights', '', read);
  }
  for (const [name, { data, shape }] of Object.entries(weights)) {
    if (!targets.includes(name)) {
      invalidData(SCOPE, `weights.${name} belongs to no target; the targets are ${targets.join(', ')}.`);
    }
    if (shape.length !== 1) invalidData(SCOPE, `weights must be [N], got the shape [${shape.join(', ')}].`);
    const bad = data.findIndex((weight) => weight < 0);
    if (bad >= 0) invalidData(SCOPE, `weights of example ${bad} must be >= 0, got ${data[bad]}.`);
  }
  return weights;
}

function checkCounts(groups: Readonly<Record<string, HostArrays>>): void {
  const counts = Object.entries(groups).flatMap(([group, arrays]) =>
    Object.entries(arrays).map(([name, { shape }]) => ({ what: `${group}.${name}`, count: shape[0]! })),
  );
  if (counts.some(({ count }) => count !== counts[0]!.count)) {
    const found = counts.map(({ what, count }) => `${what} ${count}`).join(', ');
    invalidData(SCOPE, `all arrays must have the same number of examples, got ${found}.`);
  }
}

function areClassNames(classNames: unknown): boolean {
  return (
    Array.isArray(classNames) &&
    classNames.length > 0 &&
    classNames.every((name) => typeof name === 'string' && name !== '') &&
    new Set(classNames).size === classNames.length
  );
}

function checkLabels(targets: HostArrays, classes: number): void {
  for (const { data, shape, dtype } of Object.values(targets)) {
    if (dtype !== 'int32' || shape.length !== 1) continue;
    const bad = data.findIndex((label) => label < 0 || label >= classes);
    if (bad >= 0) {
      invalidData(
        SCOPE,
        `the label of example ${bad} must be 0 to ${classes - 1} (there are ${classes} class names), got ${data[bad]}.`,
      );
    }
  }
}

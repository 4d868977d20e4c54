import type { ArrayData, ArraySpec, HostArray, HostArrays, HostBatch } from '@espalier/core';
import { checkOptions, sizeOf, toTensorData } from '@espalier/core';
import { describe, type ExampleRef, joinExamples } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import { flattenNested } from './nested.js';
import type { NumberArray } from './number-array.js';
import { plainNumbers } from './number-array.js';
import type { NestedNumbers } from './to-host-array.js';

/** Values of one array of an example: a number, nested lists of the array's shape, or a flat typed array, row-major. */
export type ExampleValues = number | NestedNumbers | NumberArray;

/** One example as a source gives it, or several where the source is said to give batches. */
export interface ExampleSource {
  /** Of the one input, or by name. */
  readonly inputs: ExampleValues | Readonly<Record<string, ExampleValues>>;
  /** Of the one target, or by name. */
  readonly targets: ExampleValues | Readonly<Record<string, ExampleValues>>;
  /** How much the example counts, >= 0: for every target, or by target name. Default 1. */
  readonly weights?: ExampleValues | Readonly<Record<string, ExampleValues>>;
}

/** One example as it is given to a function: the values that its tensors have, flat and row-major, by name. */
export interface Example {
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly targets: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly weights?: Readonly<Record<string, number>>;
}

/** What one array of an example is; bytes with a `scale` stay bytes in memory. */
export interface ValueSpec extends ArraySpec {
  /** The tensor is `data * scale + offset`; float32 only. Default 1. */
  readonly scale?: number;
  /** Default 0. */
  readonly offset?: number;
}

/** Specs by name. */
export type ValueSpecs = Readonly<Record<string, ValueSpec>>;

/** How {@link readExamples} reads. */
export interface ReadExamples {
  readonly scope: string;
  readonly inputs: ValueSpecs;
  readonly targets: ValueSpecs;
  /** Arrays are `[n, ...]`: n examples at a time. */
  readonly batched: boolean;
}

/**
 * The specs that were given for one array, called `single`, or by name.
 *
 * @throws EspalierError `invalid-option`.
 */
export function specsByName(scope: string, option: string, single: string, value: unknown): ValueSpecs {
  const check = checkOptions(scope);
  const isSpec = (spec: unknown): spec is ValueSpec =>
    typeof spec === 'object' && spec !== null && 'shape' in spec && Array.isArray(spec.shape);
  if (typeof value !== 'object' || value === null) {
    check.fail(option, '{ shape, dtype }, or several by name', value);
  }
  const named: Readonly<Record<string, unknown>> = isSpec(value)
    ? { [single]: value }
    : { ...(value as object) };
  for (const [name, spec] of Object.entries(named)) {
    if (!isSpec(spec)) check.fail(`${option}.${name}`, '{ shape, dtype }', spec);
    const { shape, dtype, scale, offset } = spec as ValueSpec;
    shape.forEach((dim, axis) => check.integer(`${option}.${name}.shape[${axis}]`, dim, { min: 1 }));
    check.oneOf(`${option}.${name}.dtype`, dtype, ['float32', 'int32']);
    for (const [key, number] of Object.entries({ scale, offset })) {
      if (number === undefined) continue;
      check.number(`${option}.${name}.${key}`, number);
      if (dtype === 'int32') check.fail(`${option}.${name}.${key}`, 'left out for int32', number);
    }
  }
  return named as ValueSpecs;
}

/**
 * Brings examples that a source gave to the form that batches are made from.
 *
 * @param from Number of the first example, for messages.
 * @throws EspalierError `invalid-data` for what is missing, of another shape, or no number.
 */
export function readExamples(item: ExampleSource, as: ReadExamples, from: number): HostBatch {
  const place = `example ${from}${as.batched ? ' and following' : ''}`;
  if (typeof item?.inputs === 'undefined' || item.targets === undefined) {
    invalidData(as.scope, `${place} must be { inputs, targets }, got ${describe(item)}.`);
  }
  const inputs = group(item.inputs, 'inputs', as.inputs, as, place);
  const targets = group(item.targets, 'targets', as.targets, as, place);
  if (item.weights === undefined) return { inputs, targets };
  const names = Object.keys(as.targets);
  const weights = isNamed(item.weights)
    ? Object.fromEntries(Object.keys(item.weights).map((name) => [name, WEIGHT]))
    : Object.fromEntries(names.map((name) => [name, WEIGHT]));
  const given = isNamed(item.weights)
    ? item.weights
    : Object.fromEntries(names.map((name) => [name, item.weights as ExampleValues]));
  return { inputs, targets, weights: group(given, 'weights', weights, as, place) };
}

/** The examples of a batch one by one, changed, and put together again. */
export function mapExamples(
  batch: HostBatch,
  change: (example: Example, row: number) => ExampleSource,
  as: ReadExamples,
  numberOf: (row: number) => number,
): HostBatch {
  const changed = examplesOf(batch).map((example, row): ExampleRef => {
    const item = change(example, row);
    return { of: readExamples(item, as, numberOf(row)), row: 0 };
  });
  return joinExamples(changed);
}

/** The examples of a batch, as copies. */
export function examplesOf({ inputs, targets, weights }: HostBatch): Example[] {
  const [x, y] = [rowsOf(inputs), rowsOf(targets)];
  const w = weights && Object.entries(weights);
  const count = Object.values(inputs)[0]!.shape[0]!;
  return Array.from({ length: count }, (_, row) => ({
    inputs: x(row),
    targets: y(row),
    ...(w && { weights: Object.fromEntries(w.map(([name, { data }]) => [name, data[row]!])) }),
  }));
}

const WEIGHT: ValueSpec = { shape: [], dtype: 'float32' };

function rowsOf(arrays: HostArrays): (row: number) => Record<string, Float32Array | Int32Array> {
  const all = Object.entries(arrays).map(([name, array]) => {
    return { name, values: toTensorData(array), width: sizeOf(array.shape.slice(1)) };
  });
  return (row) =>
    Object.fromEntries(
      all.map(({ name, values, width }) => [name, values.slice(row * width, (row + 1) * width)]),
    );
}

function isNamed(value: unknown): value is Readonly<Record<string, ExampleValues>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function group(
  given: ExampleSource['inputs'],
  kind: string,
  specs: ValueSpecs,
  as: ReadExamples,
  place: string,
): HostArrays {
  const names = Object.keys(specs);
  if (!isNamed(given) && names.length !== 1) {
    invalidData(
      as.scope,
      `${kind} of ${place} must be given by name (${names.join(', ')}), got ${describe(given)}.`,
    );
  }
  const named = isNamed(given) ? given : { [names[0]!]: given };
  return Object.fromEntries(
    names.map((name) => {
      if (named[name] === undefined) {
        const got = Object.keys(named).join(', ') || 'none';
        invalidData(as.scope, `${kind}.${name} is missing in ${place}, which has ${got}.`);
      }
      return [name, readValues(named[name], specs[name]!, `${kind}.${name} of ${place}`, as)];
    }),
  );
}

function readValues(
  value: ExampleValues,
  spec: ValueSpec,
  name: string,
  { scope, batched }: ReadExamples,
): HostArray {
  const { dtype, scale, offset } = spec;
  const width = sizeOf(spec.shape);
  let raw: ArrayLike<number>;
  if (typeof value === 'number') raw = [value];
  else if (ArrayBuffer.isView(value)) raw = plainNumbers(value as NumberArray, scope, name);
  else {
    const nested = flattenNested(value, scope, name, batched ? 'example' : 'entry');
    const shape = batched ? nested.shape.slice(1) : nested.shape;
    if (shape.join() !== spec.shape.join()) {
      const wanted = [...(batched ? ['n'] : []), ...spec.shape].join(', ');
      invalidData(scope, `${name} must be of shape [${wanted}], got [${nested.shape.join(', ')}].`);
    }
    raw = nested.values;
  }
  const count = batched ? raw.length / width : 1;
  if (raw.length !== count * width || !Number.isInteger(count) || count < 1) {
    invalidData(
      scope,
      `${name} must have ${width} values${batched ? ' for each example' : ''}, got ${raw.length}.`,
    );
  }
  return {
    data: toData(raw, dtype, name, scope),
    shape: [count, ...spec.shape],
    dtype,
    ...(scale !== undefined && { scale }),
    ...(offset !== undefined && { offset }),
  };
}

function toData(raw: ArrayLike<number>, dtype: ArraySpec['dtype'], name: string, scope: string): ArrayData {
  if (raw instanceof Uint8Array) return raw;
  if (raw instanceof Uint8ClampedArray) return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  if (raw instanceof Int32Array) return raw;
  const data =
    dtype === 'int32' ? Int32Array.from(raw) : raw instanceof Float32Array ? raw : Float32Array.from(raw);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      invalidData(scope, `${name} holds ${raw[i]}; leave out the example or repair it.`);
    if (dtype === 'int32' && data[i] !== raw[i]) {
      invalidData(scope, `${name} must hold whole numbers within int32, got ${raw[i]}.`);
    }
  }
  return data;
}

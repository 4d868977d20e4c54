import type { ArrayData, HostArray } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import { flattenNested } from './nested.js';
import type { NumberArray, PlainNumbers } from './number-array.js';
import { isBytes, isWhole, plainNumbers } from './number-array.js';

/** Numbers in nested lists, the outermost over the examples: `[[0, 1], [2, 3]]` is 2 examples of 2 features. */
export type NestedNumbers = readonly number[] | readonly (NestedNumbers | NumberArray)[];

/** Numbers in one flat list, row-major, with the shape that they have. */
export interface ShapedArray {
  readonly data: NumberArray | readonly number[];
  /** `[N, ...]` with the number of examples first. */
  readonly shape: readonly number[];
  /** Dtype of the tensor; default as for a flat array of that type. */
  readonly dtype?: 'float32' | 'int32';
  /** The tensor is `data * scale + offset`; float32 only. Default 1. */
  readonly scale?: number;
  /** Default 0. */
  readonly offset?: number;
}

/** What {@link fromArrays} takes for one array. */
export type ArraySource = NestedNumbers | NumberArray | ShapedArray;

/** How an array is read, and what it is called in messages. */
export interface ReadAs {
  readonly scope: string;
  /** e.g. `inputs.image`. */
  readonly name: string;
  readonly role: 'input' | 'label' | 'target' | 'weight';
  readonly allowNonFinite: boolean;
}

/** True for `{ data, shape }`. */
export function isShaped(value: unknown): value is ShapedArray {
  if (typeof value !== 'object' || value === null || !('data' in value) || !('shape' in value)) return false;
  return Array.isArray(value.shape) && (Array.isArray(value.data) || ArrayBuffer.isView(value.data));
}

/**
 * Brings one array to the form that batches are made from; typed arrays are not copied.
 *
 * @throws EspalierError `invalid-data` for what is empty, ragged, no number, not finite or of the wrong length.
 */
export function toHostArray(source: ArraySource, as: ReadAs): HostArray {
  const { scope, name, role } = as;
  const shaped = isShaped(source) ? source : undefined;
  const values = shaped?.data ?? (source as NestedNumbers | NumberArray);
  const flat = ArrayBuffer.isView(values) ? undefined : flattenNested(values, scope, name);
  const raw = flat?.values ?? plainNumbers(values as NumberArray, scope, name);
  const ownType = raw instanceof Int32Array || (role === 'target' && isWhole(raw)) ? 'int32' : 'float32';
  const dtype = shaped?.dtype ?? (role === 'weight' ? 'float32' : role === 'label' ? 'int32' : ownType);
  if (dtype !== 'float32' && dtype !== 'int32') {
    invalidData(scope, `${name}.dtype must be 'float32' or 'int32', got ${describe(dtype)}.`);
  }
  if (shaped && flat && flat.shape.length !== 1)
    invalidData(scope, `${name}.data must be flat beside a shape.`);
  const shape =
    shaped?.shape ?? (flat && flat.shape.length > 1 ? flat.shape : flatShape(raw.length, role, dtype));
  checkShape(shape, raw.length, as);
  const data = dtype === 'int32' ? toWhole(raw, shape[0]!, as) : toFloats(raw, shape[0]!, as);
  return { data, shape: [...shape], dtype, ...scaling(shaped, dtype, as) };
}

// One number per example is a column, as a model with one unit has it; labels and weights are `[N]`.
function flatShape(length: number, role: ReadAs['role'], dtype: string): number[] {
  return role === 'weight' || (role !== 'input' && dtype === 'int32') ? [length] : [length, 1];
}

function checkShape(shape: readonly number[], length: number, { scope, name }: ReadAs): void {
  if (shape.length === 0 || shape.some((dim) => !Number.isInteger(dim) || dim < 1)) {
    const got = shape.length > 0 && shape[0] === 0 ? 'no examples' : `the shape ${describe(shape)}`;
    invalidData(scope, `${name} must have at least one example and whole dimensions >= 1, got ${got}.`);
  }
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (size !== length) {
    invalidData(
      scope,
      `${name} has the shape [${shape.join(', ')}], which is ${size} numbers, but its data has ${length}.`,
    );
  }
}

function toFloats(raw: PlainNumbers, examples: number, as: ReadAs): ArrayData {
  if (isBytes(raw)) {
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  }
  if (raw instanceof Int32Array) return raw;
  const data = raw instanceof Float32Array ? raw : Float32Array.from(raw);
  if (!as.allowNonFinite) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) {
        const overflow = Number.isFinite(raw[i]) ? ' (too large for float32)' : '';
        const fix = as.role === 'input' ? ', or set allowNonFinite: true' : '';
        invalidData(
          as.scope,
          `${as.name}: example ${exampleOf(i, data.length, examples)} holds ${raw[i]}${overflow}; ` +
            `fix or leave out the example${fix}.`,
        );
      }
    }
  }
  return data;
}

function toWhole(raw: PlainNumbers, examples: number, { scope, name }: ReadAs): ArrayData {
  if (raw instanceof Int32Array) return raw;
  const data = Int32Array.from(raw);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== raw[i]) {
      invalidData(
        scope,
        `${name}: example ${exampleOf(i, data.length, examples)} must be a whole number within int32, got ${raw[i]}.`,
      );
    }
  }
  return data;
}

function exampleOf(position: number, length: number, examples: number): number {
  return Math.floor(position / (length / examples));
}

function scaling(
  shaped: ShapedArray | undefined,
  dtype: string,
  { scope, name }: ReadAs,
): Pick<HostArray, 'scale' | 'offset'> {
  const found: { scale?: number; offset?: number } = {};
  for (const key of ['scale', 'offset'] as const) {
    const value = shaped?.[key];
    if (value === undefined) continue;
    if (dtype === 'int32') invalidData(scope, `${name}.${key} is for float32 only, got dtype 'int32'.`);
    if (!Number.isFinite(value)) invalidData(scope, `${name}.${key} must be finite, got ${describe(value)}.`);
    found[key] = value;
  }
  return found;
}

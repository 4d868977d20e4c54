import { type HostArrays, option, readOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { ELEMENT_TYPES } from './element-types.js';
import { refuse } from './refuse.js';

/** What {@link readSafetensors} gives. */
export interface Safetensors {
  readonly tensors: HostArrays;
  /** Texts that were stored beside them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Texts to store beside the tensors. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const SCOPE = 'safetensors';

/** The largest header that the format allows, in bytes. */
const LARGEST_HEADER = 100_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/**
 * Reads tensors in the safetensors format. Float types become float32 (F16 and BF16 exactly), integers and booleans int32.
 *
 * The header is checked before memory is taken: tensors must fill the payload without gap or overlap, and have the size of their shape.
 *
 * @param bytes A whole file.
 * @throws EspalierError `invalid-data` for bytes that are no safetensors, a dtype that has no counterpart, or an integer beyond int32.
 * @example
 * ```ts
 * const bytes = writeSafetensors({ 'hidden/bias': { data: Float32Array.of(1, 2), shape: [2], dtype: 'float32' } });
 * console.log(readSafetensors(bytes).tensors['hidden/bias']!.data);
 * ```
 * Source: the format's description in huggingface/safetensors.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) refuse(SCOPE, `bytes must be a Uint8Array, got ${describe(bytes)}.`);
  const { header, payload } = parts(bytes);
  const { __metadata__: metadata = {}, ...described } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === 'string'))
    refuse(SCOPE, 'its metadata are not texts by name.');
  const entries = Object.entries(described).map(([name, entry]) => checkEntry(name, entry));
  checkTiling(entries, payload.length);
  const tensors = entries.map(({ name, dtype, shape, start, end }) => {
    const { size, read } = ELEMENT_TYPES[dtype]!;
    const view = new DataView(payload.buffer, payload.byteOffset + start, end - start);
    const data = read(view, (end - start) / size, SCOPE);
    return [name, { data, shape, dtype: data instanceof Float32Array ? 'float32' : 'int32' }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

/**
 * Writes tensors in the safetensors format: float32 as F32, int32 as I32, in the order of their names, so that the same
 * tensors give the same bytes. PyTorch reads it by `safetensors.torch.load_file`.
 *
 * @param tensors As `run.getWeights()` and a checkpoint have them; bytes with a scale are written as the numbers they stand for.
 * @throws EspalierError `invalid-option`, and `invalid-data` for an array that does not fit its shape.
 * @example
 * ```ts
 * const bytes = writeSafetensors({ 'hidden/bias': { data: Float32Array.of(1, 2), shape: [2], dtype: 'float32' } });
 * ```
 */
export function writeSafetensors(tensors: HostArrays, options: WriteSafetensorsOptions = {}): Uint8Array {
  const { metadata } = readOptions(SCOPE, options, {
    metadata: option.custom<Readonly<Record<string, string>>, { readonly optional: true }>({
      optional: true,
      expected: 'texts by name',
      accepts: (value) => isRecord(value) && Object.values(value).every((text) => typeof text === 'string'),
    }),
  }).values;
  if (!isRecord(tensors)) refuse(SCOPE, `tensors must be arrays by name, got ${describe(tensors)}.`);
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const name of Object.keys(tensors).sort()) {
    const array = tensors[name]!;
    if (name === '__metadata__' || name === '__proto__')
      refuse(SCOPE, `a tensor cannot be called '${name}'.`);
    const count = array?.shape?.reduce((product, side) => product * side, 1);
    if (count !== array?.data?.length)
      refuse(SCOPE, `'${name}' does not have as many numbers as its shape says.`);
    const { scale = 1, offset = 0 } = array;
    const isFloat = array.dtype === 'float32';
    const bytes = new DataView(new ArrayBuffer(4 * count));
    array.data.forEach((value: number, i: number) =>
      isFloat ? bytes.setFloat32(4 * i, value * scale + offset, true) : bytes.setInt32(4 * i, value, true),
    );
    header[name] = { dtype: isFloat ? 'F32' : 'I32', shape: array.shape, data_offsets: [at, at + 4 * count] };
    pieces.push(new Uint8Array(bytes.buffer));
    at += 4 * count;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let place = 8 + length;
  for (const piece of pieces) {
    file.set(piece, place);
    place += piece.length;
  }
  return file;
}

function parts(bytes: Uint8Array): { header: Record<string, unknown>; payload: Uint8Array } {
  if (bytes.length < 8) refuse(SCOPE, 'it has no header: fewer than 8 bytes.');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > LARGEST_HEADER || 8 + length > bytes.length)
    refuse(SCOPE, `its header is to have ${length} bytes, and the file has ${bytes.length}.`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    refuse(SCOPE, 'its header is not JSON.');
  }
  if (!isRecord(header)) refuse(SCOPE, 'its header does not describe tensors by name.');
  return { header: header as Record<string, unknown>, payload: bytes.subarray(8 + length) };
}

function checkEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const known =
    typeof dtype === 'string' && Object.hasOwn(ELEMENT_TYPES, dtype) ? ELEMENT_TYPES[dtype] : undefined;
  if (!known)
    refuse(
      SCOPE,
      `'${name}' has dtype ${describe(dtype)}; known are ${Object.keys(ELEMENT_TYPES).join(', ')}.`,
    );
  const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize))
    refuse(SCOPE, `'${name}' has no shape of whole numbers.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    refuse(SCOPE, `'${name}' has no two offsets.`);
  const [start, end] = offsets as [number, number];
  const sizes = shape as number[];
  const bytes = sizes.reduce((product, side) => product * side, known!.size);
  if (end - start !== bytes)
    refuse(
      SCOPE,
      `'${name}' [${sizes.join(', ')}] of ${String(dtype)} needs ${bytes} bytes, and has ${end - start}.`,
    );
  return { name, dtype: dtype as string, shape: sizes, start, end };
}

/** Every byte of the payload belongs to one tensor. */
function checkTiling(entries: readonly Entry[], length: number): void {
  let at = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) refuse(SCOPE, `'${name}' begins at byte ${start} of the payload, and ${at} was next.`);
    at = end;
  }
  if (at !== length) refuse(SCOPE, `its tensors have ${at} bytes, and the payload has ${length}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { ArrayData, HostArray } from '../data/arrays.js';
import { sizeOf } from '../data/arrays.js';
import type { Checkpoint } from './checkpoint.js';
import { EspalierError } from '../errors.js';

/*
 * The file is a safetensors file (https://github.com/huggingface/safetensors, "Format"): eight bytes with the length of a
 * JSON header, the header, then the arrays. Everything that is not an array is JSON text under `__metadata__`, so any
 * safetensors reader opens the weights.
 */

const MAX_HEADER_BYTES = 64 * 1024 * 1024;
const METADATA_KEY = 'espalier';

interface ArrayEntry {
  readonly dtype: 'F32' | 'I32' | 'U8';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * A checkpoint as the bytes of a safetensors file.
 *
 * @example
 * ```ts
 * const saver: Plugin = {
 *   name: 'saver',
 *   onFitEnd: async (run) => console.log(encodeCheckpoint(await run.checkpoint()).length, 'bytes'),
 * };
 * ```
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { arrays, ...rest } = checkpoint;
  const header: Record<string, unknown> = {
    __metadata__: { [METADATA_KEY]: JSON.stringify(rest, keepNonFinite) },
  };
  const names = Object.keys(arrays);
  let end = 0;
  for (const name of names) {
    const { data, shape } = arrays[name]!;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  let text = JSON.stringify(header);
  const encoder = new TextEncoder();
  // The header is padded with spaces so that the arrays start at a multiple of eight bytes.
  text += ' '.repeat((8 - (encoder.encode(text).length % 8)) % 8);
  const headerBytes = encoder.encode(text);
  const bytes = new Uint8Array(8 + headerBytes.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, 8);
  let at = 8 + headerBytes.length;
  for (const name of names) {
    const { data } = arrays[name]!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The checkpoint in the bytes of a file. Every length is checked before memory is taken.
 *
 * @throws EspalierError `checkpoint` when the bytes are cut short, damaged, of another kind, or of a newer version.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  if (bytes.length < 8)
    fail(`the file has ${bytes.length} bytes, too few for a checkpoint; it was cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(MAX_HEADER_BYTES)) {
    fail(`the header claims ${headerLength} bytes; this is not a safetensors file`);
  }
  const dataStart = 8 + Number(headerLength);
  if (dataStart > bytes.length) {
    fail(`the header claims ${headerLength} bytes, the file has ${bytes.length}; it was cut short`);
  }
  const header = parseObject(new TextDecoder().decode(bytes.subarray(8, dataStart)), 'header');
  const { __metadata__: metadata, ...entries } = header;
  const text = (metadata as Record<string, unknown> | undefined)?.[METADATA_KEY];
  if (typeof text !== 'string') fail('the file holds weights, but no state of an Espalier run');
  const rest = parseObject(text, 'run state', restoreNonFinite);
  if (rest['format'] !== 'espalier-checkpoint') fail(`unknown format ${String(rest['format'])}`);
  if (rest['version'] !== 1) {
    fail(
      `the file is of version ${String(rest['version'])}, this program reads version 1; update @espalier/core to read it`,
    );
  }
  const arrays: Record<string, HostArray> = {};
  let end = 0;
  for (const [name, entry] of Object.entries(entries)) {
    arrays[name] = decodeArray(name, entry as ArrayEntry, bytes.subarray(dataStart));
    end = Math.max(end, (entry as ArrayEntry).data_offsets[1]);
  }
  if (dataStart + end !== bytes.length) {
    fail(`the arrays end at byte ${dataStart + end}, the file at ${bytes.length}; it is damaged`);
  }
  return { ...(rest as unknown as Omit<Checkpoint, 'arrays'>), arrays };
}

const ELEMENT_BYTES = { F32: 4, I32: 4, U8: 1 } as const;

function decodeArray(name: string, entry: ArrayEntry, data: Uint8Array): HostArray {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  const sane =
    dtype in ELEMENT_BYTES &&
    Array.isArray(shape) &&
    shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0);
  if (!sane) fail(`the entry of '${name}' is damaged`);
  const [start, end] = offsets;
  if (end > data.length) fail(`'${name}' ends at byte ${end} of ${data.length}; the file was cut short`);
  if (end - start !== sizeOf(shape) * ELEMENT_BYTES[dtype]) {
    fail(
      `'${name}' of shape [${shape.join(', ')}] does not fit its ${end - start} bytes; the file is damaged`,
    );
  }
  // Not `data.slice`: of a Buffer, as `readFile` gives it, that is a view into other memory.
  const copy = Uint8Array.prototype.slice.call(data, start, end).buffer;
  if (dtype === 'F32') return { data: new Float32Array(copy), shape, dtype: 'float32' };
  return { data: dtype === 'I32' ? new Int32Array(copy) : new Uint8Array(copy), shape, dtype: 'int32' };
}

function dtypeOf(data: ArrayData): ArrayEntry['dtype'] {
  return data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : 'U8';
}

type Reviver = (key: string, value: unknown) => unknown;

function parseObject(text: string, what: string, reviver?: Reviver): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text, reviver);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Told below.
  }
  return fail(`the ${what} is not JSON; the file is damaged or not a checkpoint`);
}

/** A replacer for `JSON.stringify`: JSON has no NaN and no infinity, and a history may hold them. */
export const keepNonFinite: Reviver = (_key, value) =>
  typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;

/** The reviver for `JSON.parse` that belongs to {@link keepNonFinite}. */
export const restoreNonFinite: Reviver = (_key, value) =>
  typeof value === 'object' && value !== null && '$number' in value ? Number(value.$number) : value;

function fail(what: string): never {
  throw new EspalierError({ code: 'checkpoint', scope: 'checkpoint', message: `cannot read: ${what}.` });
}

import type { ArrayData, HostArray, HostArrays } from '../data/arrays.js';
import { sizeOf } from '../data/arrays.js';
import { EspalierError } from '../errors.js';
import { Hash } from '../hash.js';
import type { Checkpoint } from './checkpoint.js';
import { type CheckpointState, faultOf } from './checkpoint-schema.js';

/*
 * The file is a safetensors file (https://github.com/huggingface/safetensors, "Format"): eight bytes with the length of a
 * JSON header, the header, then the arrays. Everything that is not an array is JSON text under `__metadata__`, so any
 * safetensors reader opens the weights, and so is a hash of all bytes of the file.
 */

const MAX_HEADER_BYTES = 64 * 1024 * 1024;
const METADATA_KEY = 'espalier';
const HASH_KEY = 'espalier-hash';
/** Stands in place of the hash while that is computed. */
const NO_HASH = '0'.repeat(16);
/** The byte where the hash begins. */
const HASH_AT = 8 + `{"__metadata__":{"${HASH_KEY}":"`.length;
/** The groups of a run's state. */
const GROUP = /^(parameters|variables|slots|plugins|accumulated|saved)\//;

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
    // First, so that the place of the hash is known.
    __metadata__: { [HASH_KEY]: NO_HASH, [METADATA_KEY]: JSON.stringify(rest, keepNonFinite) },
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
  bytes.set(encoder.encode(hashOf(bytes)), HASH_AT);
  return bytes;
}

/** The hash of a file whose own hash is still {@link NO_HASH}. */
function hashOf(bytes: Uint8Array): string {
  const hash = new Hash();
  hash.bytes(bytes);
  return hash.digest();
}

/**
 * The checkpoint in the bytes of a file. Every length is checked before memory is taken, and every byte by the file's hash.
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
  const { [METADATA_KEY]: text, [HASH_KEY]: hash } = (metadata ?? {}) as Record<string, unknown>;
  if (typeof text !== 'string') fail('the file holds weights, but no state of an Espalier run');
  const rest = parseObject(text, 'run state', restoreNonFinite);
  if (rest['format'] !== 'espalier-checkpoint') fail(`unknown format ${String(rest['format'])}`);
  if (rest['version'] !== 1) {
    fail(
      `the file is of version ${String(rest['version'])}, this program reads version 1; update @espalier/core to read it`,
    );
  }
  const arrays = decodeArrays(entries, bytes.subarray(dataStart));
  // Not `bytes.slice()`: of a Buffer that is the same memory, and the caller's bytes would be changed.
  const blank = new Uint8Array(bytes);
  blank.set(new TextEncoder().encode(NO_HASH), HASH_AT);
  if (hash !== hashOf(blank)) fail('the file is damaged: its contents do not match its hash');
  const fault = faultOf(rest);
  if (fault !== undefined) fail(`${fault}; the file is damaged or was not written by a run`);
  return { ...(rest as unknown as CheckpointState), arrays };
}

/** Arrays that lie one after the other and fill the data, as they were written. */
function decodeArrays(entries: Readonly<Record<string, unknown>>, data: Uint8Array): HostArrays {
  const arrays: Record<string, HostArray> = {};
  let end = 0;
  for (const [name, entry] of Object.entries(entries)) {
    if (!GROUP.test(name)) fail(`'${name}' is no part of a run's state; the file is damaged`);
    const { data_offsets: offsets } = checkEntry(name, entry as ArrayEntry, data.length);
    if (offsets[0] !== end) {
      fail(`'${name}' begins at byte ${offsets[0]}, the array before it ends at ${end}; the file is damaged`);
    }
    end = offsets[1];
  }
  if (end !== data.length) fail(`the arrays end at byte ${end}, the data at ${data.length}; it is damaged`);
  for (const [name, entry] of Object.entries(entries)) arrays[name] = decodeArray(entry as ArrayEntry, data);
  return arrays;
}

const ELEMENT_BYTES = { F32: 4, I32: 4, U8: 1 } as const;

function checkEntry(name: string, entry: ArrayEntry, length: number): ArrayEntry {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  const sane =
    Object.hasOwn(ELEMENT_BYTES, String(dtype)) &&
    Array.isArray(shape) &&
    shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0);
  if (!sane) fail(`the entry of '${name}' is damaged`);
  const [start, end] = offsets;
  if (end > length) fail(`'${name}' ends at byte ${end} of ${length}; the file was cut short`);
  if (end - start !== sizeOf(shape) * ELEMENT_BYTES[dtype]) {
    fail(
      `'${name}' of shape [${shape.join(', ')}] does not fit its ${end - start} bytes; the file is damaged`,
    );
  }
  return entry;
}

function decodeArray({ dtype, shape, data_offsets: [start, end] }: ArrayEntry, data: Uint8Array): HostArray {
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

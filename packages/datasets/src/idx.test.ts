import { EspalierError } from '@espalier/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIdx } from './idx.js';

function idx(type: number, shape: readonly number[], payload: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((dim, i) => view.setUint32(4 + 4 * i, dim));
  bytes.set(payload, 4 + 4 * shape.length);
  return bytes;
}

function error(read: () => unknown): EspalierError {
  try {
    read();
  } catch (caught) {
    expect(caught).toBeInstanceOf(EspalierError);
    return caught as EspalierError;
  }
  throw new Error('no error');
}

test('bytes become a view of the file', () => {
  const file = idx(8, [2, 3], [1, 2, 3, 4, 5, 255]);
  const array = parseIdx(file);
  expect(array).toEqual({ data: Uint8Array.of(1, 2, 3, 4, 5, 255), shape: [2, 3], dtype: 'int32' });
  expect(array.data.buffer).toBe(file.buffer);
});

test('int32 and float32 are read big-endian, also from the middle of a buffer', () => {
  const ints = idx(0x0c, [2], [0xff, 0xff, 0xff, 0xfe, 0x01, 0x02, 0x03, 0x04]);
  expect(parseIdx(ints)).toEqual({ data: Int32Array.of(-2, 0x01020304), shape: [2], dtype: 'int32' });
  const floats = idx(0x0d, [1, 2], [0x3f, 0xc0, 0, 0, 0xc1, 0x20, 0, 0]);
  const shifted = new Uint8Array(floats.length + 3).subarray(3);
  shifted.set(floats);
  expect(parseIdx(shifted)).toEqual({ data: Float32Array.of(1.5, -10), shape: [1, 2], dtype: 'float32' });
});

test('what any array of bytes says, comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), (shape) => {
      const size = shape.reduce((product, dim) => product * dim, 1);
      const payload = Array.from({ length: size }, (_, i) => (i * 37) % 256);
      expect(parseIdx(idx(8, shape, payload))).toEqual({
        data: Uint8Array.from(payload),
        shape,
        dtype: 'int32',
      });
    }),
    { seed: 1 },
  );
});

test('a file cut short anywhere, or with bytes after its end, is an error', () => {
  const file = idx(0x0c, [2, 2], Array<number>(16).fill(1));
  for (let length = 0; length < file.length; length++) {
    const { code, message } = error(() => parseIdx(file.slice(0, length)));
    expect(code).toBe('invalid-data');
    expect(message).toMatch(length < 4 ? /no IDX file/ : /cut short/);
  }
  const longer = new Uint8Array(file.length + 1);
  longer.set(file);
  expect(error(() => parseIdx(longer)).message).toBe(
    '[idx] the file is too long: its header says int32 of shape [2, 2], but 1 more bytes follow; get the file again.',
  );
});

test('sizes that no memory could hold are refused by their header', () => {
  const max = 2 ** 32 - 1;
  for (const shape of [[max], [max, max, max], Array<number>(255).fill(max), [65536, 65536]]) {
    expect(error(() => parseIdx(idx(8, shape, [1, 2, 3]))).message).toMatch(/cut short.*3 bytes follow/);
  }
  // 2^32 * 2^32 wraps to 0 in 64-bit arithmetic.
  expect(error(() => parseIdx(idx(8, [2 ** 31, 2 ** 31, 4], []))).message).toMatch(/cut short/);
  expect(parseIdx(idx(8, [0, max, max], [])).shape).toEqual([0, max, max]);
  expect(error(() => parseIdx(idx(8, [max, 0], [9]))).message).toMatch(/too long/);
});

test('maxBytes bounds the elements', () => {
  const file = idx(8, [4], [1, 2, 3, 4]);
  expect(parseIdx(file, { maxBytes: 4 }).shape).toEqual([4]);
  expect(error(() => parseIdx(file, { maxBytes: 3 })).message).toMatch(/4 bytes, more than maxBytes 3/);
  expect(error(() => parseIdx(file, { maxBytes: Number.NaN })).code).toBe('invalid-option');
});

test.each<[string, Uint8Array, RegExp]>([
  ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0), /compressed with gzip: .*await gunzip\(bytes\)/],
  ['nothing', new Uint8Array(0), /must begin with 00 00 <type> <rank>, got nothing/],
  ['another magic number', Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), /no IDX file.*got 01 00 08 01/],
  ['a type that is not supported', idx(0x0e, [0], []), /got 00 00 0e 01: float64 \(not supported\)/],
  ['a type that does not exist', idx(0x0a, [0], []), /got 00 00 0a 01: no type of the format/],
  ['no dimensions', Uint8Array.of(0, 0, 8, 0, 7), /at least one dimension/],
])('%s is told apart', (_, bytes, message) => {
  expect(error(() => parseIdx(bytes)).message).toMatch(message);
});

test('what is no Uint8Array is refused', () => {
  expect(error(() => parseIdx('x' as unknown as Uint8Array)).message).toMatch(
    /must be a Uint8Array, got 'x'/,
  );
});

test('no bytes whatever give another error than ours, or an array larger than themselves', () => {
  const header = fc
    .tuple(fc.constantFrom(8, 0x0c, 0x0d, 0x0e), fc.integer({ min: 0, max: 255 }))
    .map(([type, rank]) => [0, 0, type, rank]);
  fc.assert(
    fc.property(fc.option(header), fc.uint8Array({ maxLength: 64 }), (start, rest) => {
      const bytes = Uint8Array.from([...(start ?? []), ...rest]);
      try {
        expect(parseIdx(bytes).data.byteLength).toBeLessThan(bytes.length);
      } catch (caught) {
        expect(caught).toBeInstanceOf(EspalierError);
      }
    }),
    { numRuns: 2000, seed: 2 },
  );
});

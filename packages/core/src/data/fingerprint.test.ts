import { expect, test } from 'vitest';
import type { HostArray } from './arrays.js';
import type { Dataset } from './dataset.js';
import { fingerprint } from './fingerprint.js';

function dataset(x: HostArray, extra: Partial<Dataset> = {}): Dataset {
  const size = x.shape[0]!;
  const arrays = {
    inputs: { x },
    targets: {
      y: { data: Int32Array.from({ length: size }, (_, i) => i % 3), shape: [size], dtype: 'int32' as const },
    },
  };
  return {
    size,
    inputs: { x: { shape: x.shape.slice(1), dtype: x.dtype } },
    targets: { y: { shape: [], dtype: 'int32' } },
    inMemory: true,
    arrays,
    batch: () => arrays,
    ...extra,
  };
}

const floats = (size: number, width: number, change: Record<number, number> = {}): HostArray => {
  const data = Float32Array.from({ length: size * width }, (_, i) => Math.sin(i));
  for (const [at, value] of Object.entries(change)) data[Number(at)] = value;
  return { data, shape: [size, width], dtype: 'float32' };
};

test('equal data have one fingerprint, wherever they lie in memory', () => {
  const one = fingerprint(dataset(floats(5, 3)));
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  const shifted = new Float32Array(18);
  shifted.set(floats(5, 3).data, 2);
  expect(fingerprint(dataset({ ...floats(5, 3), data: shifted.subarray(2, 17) }))).toBe(one);
});

test('is the same in every version: records of earlier runs are compared with it', () => {
  expect(
    fingerprint(dataset({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2], dtype: 'float32' })),
  ).toBe('5dba86e506f95a7e');
});

test('any other value, dtype, scale, shape, name or class name gives another', () => {
  const bytes = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2], dtype: 'float32' as const };
  const all = [
    dataset(floats(5, 3)),
    ...Array.from({ length: 15 }, (_, i) => dataset(floats(5, 3, { [i]: 2 }))),
    dataset(floats(5, 3, { 0: Math.sin(1), 1: Math.sin(0) })),
    dataset(floats(3, 5)),
    dataset(bytes),
    dataset({ ...bytes, scale: 1 / 255 }),
    dataset({ ...bytes, shape: [3, 1, 2] }),
    dataset(bytes, { classNames: ['a', 'b', 'c'] }),
    dataset(bytes, { classNames: ['a', 'b', 'd'] }),
    dataset(bytes, { inputs: { z: { shape: [2], dtype: 'float32' } } }),
  ].map(fingerprint);
  expect(new Set(all).size).toBe(all.length);
});

test('of large arrays reads rows at equal distances, the last one included', () => {
  const one = fingerprint(dataset(floats(10_000, 32)));
  expect(fingerprint(dataset(floats(10_000, 32, { 0: 9 })))).not.toBe(one);
  expect(fingerprint(dataset(floats(10_000, 32, { [32 * 9_999 + 5]: 9 })))).not.toBe(one);
  expect(fingerprint(dataset(floats(10_000, 32, { 33: 9 }))), 'row 1 is not read').toBe(one);
});

test('of a part in memory without arrays reads examples; what must be fetched is named by its description', () => {
  const batch = (x: HostArray) => () => dataset(x).arrays!;
  const { arrays: _, ...part } = dataset(floats(5, 3));
  const one = fingerprint({ ...part, batch: batch(floats(5, 3)) });
  expect(fingerprint({ ...part, batch: batch(floats(5, 3, { 7: 1 })) })).not.toBe(one);
  const { inMemory: __, ...fetched } = part;
  const later = (x: HostArray): string => fingerprint({ ...fetched, batch: async () => batch(x)() });
  expect(later(floats(5, 3, { 7: 1 }))).toBe(later(floats(5, 3)));
  expect(later(floats(5, 3))).not.toBe(one);
  const { inputs, targets } = part;
  const open = (): never => {
    throw new Error('must not be opened');
  };
  expect(fingerprint({ inputs, targets, open })).not.toBe(fingerprint({ inputs, targets: {}, open }));
});

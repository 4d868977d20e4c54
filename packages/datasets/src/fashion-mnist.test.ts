import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fashionMnist } from './fashion-mnist.js';

const places = [
  process.env['ESPALIER_DATA_DIR'],
  join(import.meta.dirname, '../../../../shared/data'),
  '/usr/share/datasets',
].flatMap((place) => (place ? [join(place, 'fashion-mnist'), place] : []));
const dir = places.find((place) => existsSync(join(place, 'train-images-idx3-ubyte.gz')));

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

import type { Dataset } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { batches } from './batches.js';
import { concat } from './concat.js';
import { filter } from './filter.js';
import { fromArrays } from './from-arrays.js';
import { map } from './map.js';
import { split } from './split.js';
import { fromIterable } from './streams/from-iterable.js';
import { subset } from './subset.js';

const data = fromArrays({
  inputs: { data: Uint8Array.from({ length: 12 }, (_, i) => i), shape: [6, 2], scale: 0.5 },
  targets: Int32Array.of(0, 1, 2, 0, 1, 2),
  classNames: ['a', 'b', 'c'],
});
const later = (of: Dataset): Dataset => ({
  size: of.size,
  inputs: of.inputs,
  targets: of.targets,
  ...(of.classNames && { classNames: of.classNames }),
  batch: async (indices) => of.batch(indices),
});
const streamed = (from: number, to: number) =>
  fromIterable(
    function* () {
      for (let i = from; i < to; i++) yield { inputs: [i, i + 0.5], targets: i };
    },
    { inputs: { shape: [2], dtype: 'float32' }, targets: { shape: [], dtype: 'int32' } },
  );

async function values(of: Parameters<typeof batches>[0], shuffle?: boolean) {
  const found: { x: number[][]; y: number[] } = { x: [], y: [] };
  for await (const { inputs, targets } of batches(of, {
    batchSize: 4,
    ...(shuffle !== undefined && { shuffle }),
  })) {
    const [x, y] = [toTensorData(Object.values(inputs)[0]!), toTensorData(Object.values(targets)[0]!)];
    const width = x.length / y.length;
    y.forEach((value, i) => {
      found.x.push([...x.slice(i * width, (i + 1) * width)]);
      found.y.push(value);
    });
  }
  return found;
}

describe('map', () => {
  test.each([
    ['now', data],
    ['later', later(data)],
  ])('changes the values that tensors have, example by example (%s)', async (_, of) => {
    const mapped = map(
      of,
      ({ inputs, targets }, index) => ({
        inputs: [...inputs['input']!, index],
        targets: targets['target']!,
      }),
      { inputs: { shape: [3], dtype: 'float32' } },
    );
    expect(mapped.inputs).toEqual({ input: { shape: [3], dtype: 'float32' } });
    expect(mapped.classNames).toEqual(['a', 'b', 'c']);
    const { x, y } = await values(subset(mapped, [4, 0]), false);
    expect(x).toEqual([
      [4, 4.5, 4],
      [0, 0.5, 0],
    ]);
    expect(y).toEqual([1, 0]);
  });

  test('gives what it was told to and refuses anything else, with the number of the example', () => {
    const wrong = map(data, ({ targets }, index) => ({
      inputs: index === 3 ? [1] : [1, 2],
      targets: targets['target']!,
    }));
    expect(wrong.batch(Uint32Array.of(0, 2))).toHaveProperty('inputs');
    expect(() => wrong.batch(Uint32Array.of(0, 3))).toThrow(
      'inputs.input of example 3 must be of shape [2], got [1]',
    );
    const nothing = map(data, () => undefined as never);
    expect(() => nothing.batch(Uint32Array.of(5))).toThrow(
      'example 5 must be { inputs, targets }, got undefined',
    );
    expect(() => map(data, 'x' as never)).toThrow('change must be a function');
  });

  test('the examples that it hands over may be written to', async () => {
    const mapped = map(data, ({ inputs, targets }) => ({
      inputs: inputs['input']!.fill(9),
      targets: targets['target']!,
    }));
    expect((await values(mapped, false)).x).toEqual(Array(6).fill([9, 9]));
    expect((await values(data, false)).x[1]).toEqual([1, 1.5]);
  });

  test('of a stream counts its examples', async () => {
    const mapped = map(streamed(10, 15), ({ inputs }, index) => ({
      inputs: inputs['input']!,
      targets: index,
    }));
    expect((await values(mapped)).y).toEqual([0, 1, 2, 3, 4]);
    expect((await values(mapped)).x[4]).toEqual([14, 14.5]);
  });

  test('keeps weights', async () => {
    const weighted = fromArrays({ inputs: [[1], [2]], targets: [[1], [2]], weights: [3, 4] });
    const doubled = map(weighted, ({ inputs, targets, weights }) => ({
      inputs: inputs['input']!,
      targets: targets['target']!,
      weights: 2 * weights!['target']!,
    }));
    const { weights } = await doubled.batch(Uint32Array.of(1, 0));
    expect(weights!['target']).toEqual({ data: Float32Array.of(8, 6), shape: [2], dtype: 'float32' });
  });
});

describe('filter', () => {
  test.each([
    ['now', data],
    ['later', later(data)],
  ])('keeps the examples that are said yes to, as a view (%s)', async (_, of) => {
    const kept = await filter(
      of,
      ({ inputs, targets }, index) => targets['target']![0] !== 1 && inputs['input']![0]! < 5 && index > 0,
    );
    expect(kept.size).toBe(2);
    expect(await values(kept, false)).toEqual({
      x: [
        [2, 2.5],
        [3, 3.5],
      ],
      y: [2, 0],
    });
    expect(kept.classNames).toEqual(['a', 'b', 'c']);
  });

  test('refuses to keep nothing', async () => {
    await expect(filter(data, () => false)).rejects.toThrow('none of 6 examples is left');
    expect(() => filter(data, 1 as never)).toThrow('keep must be a function');
  });

  test('of a stream skips what is not wanted, long gaps too, and has no size', async () => {
    const sized = { ...streamed(0, 40), size: 40 };
    const kept = filter(sized, ({ targets }, index) => index % 13 === 0 && targets['target']![0] === index);
    expect(kept.size).toBeUndefined();
    expect(await values(kept)).toEqual({
      x: [
        [0, 0.5],
        [13, 13.5],
        [26, 26.5],
        [39, 39.5],
      ],
      y: [0, 13, 26, 39],
    });
    await expect(values(filter(sized, () => false))).rejects.toThrow('a filter may leave nothing');
  });
});

describe('concat', () => {
  test('puts one after the other, in any order of asking, now and later', async () => {
    const other = fromArrays({
      inputs: { data: Float32Array.of(7.5, 8.5), shape: [1, 2] },
      targets: Int32Array.of(2),
      classNames: ['a', 'b', 'c'],
    });
    for (const parts of [
      [data, other, data],
      [data, later(other), data],
    ]) {
      const all = concat(...parts);
      expect(all.size).toBe(13);
      const { x, y } = await values(subset(all, [6, 0, 12, 7, 5]), false);
      expect(x).toEqual([
        [7.5, 8.5],
        [0, 0.5],
        [5, 5.5],
        [0, 0.5],
        [5, 5.5],
      ]);
      expect(y).toEqual([2, 0, 2, 0, 2]);
    }
    expect(() => concat(data, other).batch(Uint32Array.of(7))).toThrow('indices go from 0 to 6');
  });

  test('rows of one part stay rows in memory', () => {
    const wide = fromArrays({
      inputs: { data: new Float32Array(90), shape: [3, 30] },
      targets: [[1], [2], [3]],
    });
    const batch = concat(wide, wide).batch(Uint32Array.of(4, 5)) as Exclude<
      ReturnType<typeof wide.batch>,
      Promise<unknown>
    >;
    expect(batch.inputs['input']!.rows!.of).toBe(wide.arrays!.inputs['input']);
    expect([...batch.inputs['input']!.rows!.indices]).toEqual([1, 2]);
  });

  test('can be stratified', () => {
    const [half] = split(concat(data, data), { sizes: [6], stratify: true });
    expect(half.size).toBe(6);
    expect(() => split(concat(data, data), { sizes: [6], stratify: 'label' })).toThrow(
      'one of the targets target',
    );
  });

  test('reads one stream after the other and closes the one that it is in', async () => {
    const closed: string[] = [];
    const source = (name: string) =>
      fromIterable(
        function* () {
          try {
            for (let i = 0; i < 3; i++) yield { inputs: [i, i], targets: i };
          } finally {
            closed.push(name);
          }
        },
        { inputs: { shape: [2], dtype: 'float32' }, targets: { shape: [], dtype: 'int32' }, size: 3 },
      );
    const both = concat(source('one'), source('two'));
    expect(both.size).toBe(6);
    expect((await values(both)).y).toEqual([0, 1, 2, 0, 1, 2]);
    expect(closed).toEqual(['one', 'two']);
    for await (const batch of batches(both, { batchSize: 4 })) {
      expect(batch.targets['target']!.data).toHaveLength(4);
      break;
    }
    expect(closed).toEqual(['one', 'two', 'one', 'two']);
  });

  test.each<[string, () => unknown, string]>([
    ['nothing', () => concat(), 'parts must be at least one'],
    [
      'a stream and a data set',
      () => concat<never>(data as never, streamed(0, 1) as never),
      'all data sets or all streams',
    ],
    [
      'other shapes',
      () =>
        concat(
          data,
          map(data, () => ({ inputs: [1], targets: 0 }), { inputs: { shape: [1], dtype: 'float32' } }),
        ),
      'part 1 has the inputs input float32 [1], part 0 has input float32 [2]',
    ],
    [
      'other class names',
      () => concat(data, { ...data, classNames: ['b', 'a', 'c'] }),
      'the same labels would mean',
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

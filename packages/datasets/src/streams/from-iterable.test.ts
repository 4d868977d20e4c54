import type { StreamStart } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { batches } from '../batches.js';
import type { ExampleSource } from '../examples.js';
import { fromIterable, type FromIterableOptions } from './from-iterable.js';

const SPECS: FromIterableOptions = {
  inputs: { shape: [2], dtype: 'float32' },
  targets: { shape: [], dtype: 'int32' },
};

function* numbers(count: number): Generator<ExampleSource> {
  for (let i = 0; i < count; i++) yield { inputs: [i, i + 0.25], targets: i };
}

async function labels(
  stream: Parameters<typeof batches>[0],
  options: Parameters<typeof batches>[1] = {},
): Promise<number[][]> {
  const found: number[][] = [];
  for await (const { inputs, targets } of batches(stream, { batchSize: 4, ...options })) {
    const list = [...targets['target']!.data];
    expect([...inputs['input']!.data]).toEqual(list.flatMap((i) => [i, i + 0.25]));
    found.push(list);
  }
  return found;
}

describe('a stream from an iterable', () => {
  const sources: Record<string, () => Iterable<ExampleSource> | AsyncIterable<ExampleSource>> = {
    'a generator': () => numbers(6),
    'a list': () => [...numbers(6)],
    'a set': () => new Set(numbers(6)),
    async *'an async generator'() {
      for (const example of numbers(6)) {
        await Promise.resolve();
        yield example;
      }
    },
    'a readable stream': () =>
      new ReadableStream({
        start(controller) {
          for (const example of numbers(6)) controller.enqueue(example);
          controller.close();
        },
      }) as unknown as AsyncIterable<ExampleSource>,
  };

  test.each(Object.entries(sources))(
    'of %s gives its examples in batches, again in each epoch',
    async (_, open) => {
      const stream = fromIterable(open, SPECS);
      expect(await labels(stream)).toEqual([
        [0, 1, 2, 3],
        [4, 5],
      ]);
      expect(await labels(stream, { epoch: 1 })).toEqual([
        [0, 1, 2, 3],
        [4, 5],
      ]);
      expect(await labels(stream, { dropLast: true })).toEqual([[0, 1, 2, 3]]);
    },
  );

  test('shuffles in a buffer, by seed and epoch', async () => {
    const stream = fromIterable(() => numbers(40), { ...SPECS, shuffleBuffer: 10 });
    const one = (await labels(stream, { seed: 3 })).flat();
    expect(one).not.toEqual([...one].sort((a, b) => a - b));
    expect([...one].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect((await labels(stream, { seed: 3 })).flat()).toEqual(one);
    expect((await labels(stream, { seed: 3, epoch: 1 })).flat()).not.toEqual(one);
    expect((await labels(stream, { seed: 3, shuffle: false })).flat()[7]).toBe(7);
  });

  test('is told seed and epoch, and takes whole batches', async () => {
    const starts: StreamStart[] = [];
    const stream = fromIterable(
      (start) => {
        starts.push(start);
        return [
          {
            inputs: [
              [0, 0.25],
              [1, 1.25],
              [2, 2.25],
            ],
            targets: [0, 1, 2],
          },
          { inputs: Float32Array.of(3, 3.25), targets: Int32Array.of(3) },
          { inputs: new Float64Array([4, 4.25, 5, 5.25]), targets: [4, 5] },
        ];
      },
      { ...SPECS, batched: true },
    );
    expect(await labels(stream, { seed: 8, epoch: 2 })).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ]);
    expect(starts).toEqual([{ seed: 8, epoch: 2, start: 0 }]);
  });

  test('keeps bytes as bytes, gives weights, and several inputs by name', async () => {
    const stream = fromIterable(
      () => [
        { inputs: { image: Uint8Array.of(0, 255), words: [3] }, targets: { y: 1 }, weights: 2 },
        {
          inputs: { image: Uint8ClampedArray.of(51, 102), words: [4] },
          targets: { y: 2 },
          weights: { y: 0.5 },
        },
      ],
      {
        inputs: {
          image: { shape: [2], dtype: 'float32', scale: 1 / 255 },
          words: { shape: [1], dtype: 'int32' },
        },
        targets: { y: { shape: [1], dtype: 'float32' } },
      },
    );
    const [batch] = await all(stream);
    expect(batch!.inputs['image']).toEqual({
      data: Uint8Array.of(0, 255, 51, 102),
      shape: [2, 2],
      dtype: 'float32',
      scale: 1 / 255,
    });
    expect(batch!.inputs['words']).toEqual({ data: Int32Array.of(3, 4), shape: [2, 1], dtype: 'int32' });
    expect(batch!.weights!['y']!.data).toEqual(Float32Array.of(2, 0.5));
  });

  test('runs the finally of a generator when a loop is left', async () => {
    let closed = 0;
    const stream = fromIterable(function* () {
      try {
        yield* numbers(100);
      } finally {
        closed++;
      }
    }, SPECS);
    for await (const batch of batches(stream, { batchSize: 4 })) {
      expect(closed).toBe(0);
      if (batch.targets['target']!.data[0] === 4) break;
    }
    expect(closed).toBe(1);
  });

  test('may be endless', async () => {
    const stream = fromIterable(() => numbers(Infinity), { ...SPECS, shuffleBuffer: 5 });
    let taken = 0;
    for await (const batch of batches(stream, { batchSize: 3 })) {
      expect(batch.targets['target']!.shape).toEqual([3]);
      if (++taken === 100) break;
    }
    expect(taken).toBe(100);
  });
});

async function all(stream: Parameters<typeof batches>[0]) {
  const found = [];
  for await (const batch of batches(stream)) found.push(batch);
  return found;
}

describe('refused', () => {
  test.each<[string, unknown, Partial<FromIterableOptions>, RegExp]>([
    ['a used iterator', numbers(0), {}, /it gave no examples; open\(\) must begin again/],
    ['no iterable', 5, {}, /open must give an iterable, got 5; write function\*/],
    ['an example of another kind', [[1, 2]], {}, /example 0 must be \{ inputs, targets \}/],
    [
      'another shape',
      [{ inputs: [1, 2, 3], targets: 0 }],
      {},
      /inputs.input of example 0 must be of shape \[2\], got \[3\]/,
    ],
    [
      'too few values',
      [{ inputs: Float32Array.of(1), targets: 0 }],
      {},
      /inputs.input of example 0 must have 2 values, got 1/,
    ],
    ['NaN', [...numbers(2), { inputs: [NaN, 1], targets: 0 }], {}, /inputs.input of example 2 holds NaN/],
    ['a text', [{ inputs: ['a', 'b'], targets: 0 }], {}, /entry 0 must hold numbers, got 'a'/],
    [
      'half a label',
      [{ inputs: [1, 2], targets: 0.5 }],
      {},
      /targets.target of example 0 must hold whole numbers within int32, got 0.5/,
    ],
    ['no target', [{ inputs: [1, 2] }], {}, /example 0 must be \{ inputs, targets \}/],
    [
      'a missing name',
      [{ inputs: { z: [1, 2] }, targets: 0 }],
      {},
      /inputs.input is missing in example 0, which has z/,
    ],
    ['fewer than announced', numbers, { size: 9 }, /it says that it has 9 examples and ended after 6/],
  ])('%s, while it is read', async (_, source, options, message) => {
    const open = source === numbers ? () => numbers(6) : () => source;
    await expect(all(fromIterable(open as never, { ...SPECS, ...options }))).rejects.toThrow(message);
  });

  test.each<[string, unknown, RegExp]>([
    ['no specs', {}, /inputs must be \{ shape, dtype \}, or several by name, got undefined/],
    ['no options', undefined, /inputs must be/],
    [
      'a dtype',
      { ...SPECS, inputs: { shape: [2], dtype: 'bool' } },
      /inputs.input.dtype must be one of 'float32', 'int32', got 'bool'/,
    ],
    [
      'a shape',
      { ...SPECS, inputs: { shape: [0], dtype: 'float32' } },
      /inputs.input.shape\[0\] must be a whole number >= 1/,
    ],
    [
      'scaled labels',
      { ...SPECS, targets: { shape: [], dtype: 'int32', scale: 2 } },
      /targets.target.scale must be left out/,
    ],
    ['a buffer of 0', { ...SPECS, shuffleBuffer: 0 }, /shuffleBuffer must be a whole number >= 1/],
    ['a size', { ...SPECS, size: 1.5 }, /size must be a whole number/],
  ])('bad options at once: %s', (_, options, message) => {
    expect(() => fromIterable(() => [], options as never)).toThrow(message);
  });
});

import type { HostBatch } from '@espalier/core';
import { EspalierError, toTensorData } from '@espalier/core';
import { expect, test } from 'vitest';
import type { FromArraysOptions } from './from-arrays.js';
import { fromArrays } from './from-arrays.js';

test('lists become float32; one number per example becomes a column', () => {
  const data = fromArrays({
    inputs: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    targets: [0.5, 1],
  });
  expect(data.size).toBe(2);
  expect(data.inputs).toEqual({ input: { shape: [3], dtype: 'float32' } });
  expect(data.targets).toEqual({ target: { shape: [1], dtype: 'float32' } });
  expect(data.arrays).toEqual({
    inputs: { input: { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3], dtype: 'float32' } },
    targets: { target: { data: Float32Array.of(0.5, 1), shape: [2, 1], dtype: 'float32' } },
  });
});

test('targets are labels when they are int32, bytes, or a flat list beside class names', () => {
  const label = { data: Int32Array.of(1, 0), shape: [2], dtype: 'int32' };
  const targetOf = (options: Omit<FromArraysOptions, 'inputs'>) =>
    fromArrays({ inputs: [1, 2], ...options }).arrays!.targets['target'];
  expect(targetOf({ targets: Int32Array.of(1, 0) })).toEqual(label);
  expect(targetOf({ targets: Uint8Array.of(1, 0) })).toEqual(label);
  expect(targetOf({ targets: [1, 0], classNames: ['a', 'b'] })).toEqual(label);
  expect(targetOf({ targets: [1, 0] })!.dtype).toBe('float32');
  expect(
    targetOf({
      targets: [
        [1, 0],
        [0, 1],
      ],
      classNames: ['a', 'b'],
    }),
  ).toMatchObject({ dtype: 'float32', shape: [2, 2] });
});

test('typed arrays with a shape are not copied, and bytes stay bytes with their scale', () => {
  const bytes = Uint8Array.of(0, 255, 51, 102);
  const data = fromArrays({
    inputs: { data: bytes, shape: [2, 1, 2], scale: 1 / 255, offset: -1 },
    targets: { data: new Float32Array(6), shape: [2, 3] },
  });
  const input = data.arrays!.inputs['input']!;
  expect(input.data.buffer).toBe(bytes.buffer);
  const batch = data.batch(Uint32Array.of(1)) as HostBatch;
  expect(batch.inputs['input']).toEqual({
    data: Uint8Array.of(51, 102),
    shape: [1, 1, 2],
    dtype: 'float32',
    scale: 1 / 255,
    offset: -1,
  });
  const [first, second] = toTensorData(batch.inputs['input']!);
  expect([first, second]).toEqual([expect.closeTo(-0.8, 6), expect.closeTo(-0.6, 6)]);
});

test('other number types: Node buffers, clamped bytes, float64, rows of typed arrays, ids', () => {
  const inputOf = (inputs: FromArraysOptions['inputs']) =>
    fromArrays({ inputs, targets: [1, 2] }).arrays!.inputs['input']!;
  expect(inputOf(Buffer.from([1, 2])).data.constructor).toBe(Uint8Array);
  expect(inputOf(Uint8ClampedArray.of(1, 2)).data).toEqual(Uint8Array.of(1, 2));
  expect(inputOf(Float64Array.of(0.1, 2)).data).toEqual(Float32Array.of(0.1, 2));
  expect(inputOf([Float32Array.of(1, 2), Float32Array.of(3, 4)])).toMatchObject({ shape: [2, 2] });
  expect(inputOf(Int32Array.of(7, 8))).toEqual({ data: Int32Array.of(7, 8), shape: [2, 1], dtype: 'int32' });
  expect(inputOf({ data: [1, 2, 3, 4], shape: [2, 2], dtype: 'int32' }).data).toEqual(
    Int32Array.of(1, 2, 3, 4),
  );
});

test('several inputs and targets keep their names, weights go to all targets or to named ones', () => {
  const inputs = { image: [[1], [2]], text: Int32Array.of(4, 5) };
  const targets = { kind: Int32Array.of(0, 1), size: [0.5, 1] };
  const all = fromArrays({ inputs, targets, weights: [1, 0] });
  expect(Object.keys(all.inputs)).toEqual(['image', 'text']);
  expect(Object.keys(all.arrays!.weights!)).toEqual(['kind', 'size']);
  const one = fromArrays({ inputs, targets, weights: { size: [1, 3] } });
  expect((one.batch(Uint32Array.of(1, 1, 0)) as HostBatch).weights).toEqual({
    size: { data: Float32Array.of(3, 3, 1), shape: [3], dtype: 'float32' },
  });
});

test('batches are in the order asked for, own their memory, and refuse what is not there', () => {
  for (const width of [1, 3, 30]) {
    const data = fromArrays({
      inputs: Array.from({ length: 5 }, (_, i) => Array<number>(width).fill(i)),
      targets: [0, 1, 2, 3, 4],
    });
    const batch = data.batch(Uint32Array.of(4, 0, 4)) as HostBatch;
    const { data: values, shape } = batch.inputs['input']!;
    expect(shape).toEqual([3, width]);
    expect(values).toEqual(Float32Array.from([4, 0, 4].flatMap((i) => Array<number>(width).fill(i))));
    values.fill(9);
    expect((data.batch(Uint32Array.of(4)) as HostBatch).inputs['input']!.data[0]).toBe(4);
    expect((data.batch(new Uint32Array(0)) as HostBatch).inputs['input']!.shape).toEqual([0, width]);
    expect(() => data.batch(Uint32Array.of(0, 5))).toThrow(
      '[from-arrays] index 5 (at position 1 of the batch) is outside the data set: indices go from 0 to 4.',
    );
  }
});

const x = [[1], [2]];
test.each<[string, unknown, RegExp]>([
  ['no inputs', { inputs: [], targets: [] }, /inputs must not be empty, got no examples/],
  ['examples without features', { inputs: [[], []], targets: [1, 2] }, /examples of shape \[0\]/],
  [
    'an empty typed array',
    { inputs: new Float32Array(0), targets: [] },
    /at least one example.*got no examples/,
  ],
  [
    'inputs and targets one after the other',
    x,
    /its options must be one object; write fromArrays\(\{ inputs, targets \}\)/,
  ],
  [
    'a tensor',
    { inputs: { dataSync: () => x }, targets: [1] },
    /inputs is a tensor; .* await tensor\.array\(\)/,
  ],
  ['inputs missing', { targets: [1] }, /inputs must be an array, .* got undefined/],
  ['no named inputs', { inputs: {}, targets: [1] }, /inputs must be .* record/],
  ['a number', { inputs: 3, targets: [1] }, /inputs must be .* got 3/],
  ['counts that differ', { inputs: x, targets: [1] }, /inputs\.input 2, targets\.target 1/],
  ['other weights', { inputs: x, targets: [1, 2], weights: [1] }, /weights\.target 1/],
  ['ragged rows', { inputs: [[1, 2], [3]], targets: [1, 2] }, /ragged: example 1 has a list of 1 .* of 2/],
  ['a row that is a number', { inputs: [[1], 2], targets: [1, 2] }, /ragged: example 1 has 2/],
  [
    'a number that is a row',
    { inputs: [1, [2]], targets: [1, 2] },
    /example 1 must hold numbers, got a list of 1/,
  ],
  ['text', { inputs: [[1], ['2']], targets: [1, 2] }, /example 1 must hold numbers, got '2'/],
  ['a hole', { inputs: [[1], [undefined]], targets: [1, 2] }, /example 1 must hold numbers, got undefined/],
  ['NaN', { inputs: [[1], [Number.NaN]], targets: [1, 2] }, /inputs: example 1 holds NaN.*allowNonFinite/],
  ['infinity', { inputs: Float32Array.of(1, -Infinity), targets: [1, 2] }, /example 1 holds -Infinity/],
  ['beyond float32', { inputs: [1, 1e39], targets: [1, 2] }, /1e\+39 \(too large for float32\)/],
  [
    'NaN targets',
    { inputs: x, targets: [1, Number.NaN], allowNonFinite: true },
    /targets: example 1 holds NaN/,
  ],
  [
    'labels with fractions',
    { inputs: x, targets: [0, 0.5], classNames: ['a', 'b'] },
    /example 1 .* got 0\.5/,
  ],
  ['NaN labels', { inputs: x, targets: [0, Number.NaN], classNames: ['a', 'b'] }, /whole number .* got NaN/],
  [
    'labels beyond',
    { inputs: x, targets: [0, 2], classNames: ['a', 'b'] },
    /example 1 must be 0 to 1 .* got 2/,
  ],
  ['labels below', { inputs: x, targets: Int32Array.of(0, -1), classNames: ['a'] }, /got -1/],
  [
    'int32 overflow',
    { inputs: { data: [1, 2 ** 31], shape: [2, 1], dtype: 'int32' }, targets: [1, 2] },
    /int32/,
  ],
  [
    'a shape of other size',
    { inputs: { data: [1, 2, 3], shape: [2, 2] }, targets: [1, 2] },
    /4 numbers.*has 3/,
  ],
  ['half a dimension', { inputs: { data: [1, 2], shape: [0.5, 4] }, targets: [1, 2] }, /whole dimensions/],
  ['no dimensions', { inputs: { data: [1], shape: [] }, targets: [1] }, /at least one example/],
  [
    'another dtype',
    { inputs: { data: [1], shape: [1], dtype: 'bool' }, targets: [1] },
    /dtype must be .* 'bool'/,
  ],
  ['scaled ids', { inputs: { data: Int32Array.of(1), shape: [1], scale: 2 }, targets: [1] }, /float32 only/],
  [
    'scale NaN',
    { inputs: { data: [1], shape: [1], scale: Number.NaN }, targets: [1] },
    /scale must be finite/,
  ],
  ['a negative weight', { inputs: x, targets: [1, 2], weights: [1, -1] }, /example 1 must be >= 0, got -1/],
  [
    'weights for nothing',
    { inputs: x, targets: [1, 2], weights: { y: [1, 1] } },
    /weights\.y belongs to no target/,
  ],
  ['weights in columns', { inputs: x, targets: [1, 2], weights: x }, /must be \[N\], got the shape \[2, 1\]/],
])('%s is told', (_, options, message) => {
  let caught: unknown;
  try {
    fromArrays(options as FromArraysOptions);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(EspalierError);
  expect(caught).toMatchObject({ code: 'invalid-data', message: expect.stringMatching(message) });
});

test('inputs that are not finite pass where allowed', () => {
  const { data } = fromArrays({ inputs: [1, Number.NaN], targets: [1, 2], allowNonFinite: true }).arrays!
    .inputs['input']!;
  expect(data[1]).toBeNaN();
});

test.each([[[]], [['a', 'a']], [['a', '']], ['ab']])('class names %o are refused', (classNames) => {
  expect(() => fromArrays({ inputs: [1], targets: [0], classNames: classNames as string[] })).toThrow(
    /classNames must be a list of different, non-empty strings/,
  );
});

test('labels may come in any array of whole numbers, bigints too, and in floats beside class names', () => {
  const label = { data: Int32Array.of(1, 0, 2), shape: [3], dtype: 'int32' };
  const classNames = ['a', 'b', 'c'];
  const targetOf = (targets: FromArraysOptions['targets'], names?: readonly string[]) =>
    fromArrays({ inputs: [1, 2, 3], targets, ...(names && { classNames: names }) }).arrays!.targets['target'];
  for (const targets of [
    Int8Array.of(1, 0, 2),
    Int16Array.of(1, 0, 2),
    Uint16Array.of(1, 0, 2),
    Uint32Array.of(1, 0, 2),
    BigInt64Array.of(1n, 0n, 2n),
    BigUint64Array.of(1n, 0n, 2n),
  ]) {
    expect(targetOf(targets)).toEqual(label);
    expect(targetOf(targets, classNames)).toEqual(label);
  }
  expect(targetOf(Float32Array.of(1, 0, 2), classNames)).toEqual(label);
  expect(targetOf(new Float64Array([1, 0, 2]), classNames)).toEqual(label);
  expect(targetOf(Float32Array.of(1, 0, 2))).toMatchObject({ shape: [3, 1], dtype: 'float32' });
  expect(() => targetOf(Float32Array.of(1, 0.5, 2), classNames)).toThrow('example 1 must be a whole number');
  expect(() => targetOf(BigInt64Array.of(1n, 2n ** 31n, 0n))).toThrow(
    'targets: entry 1 must be a whole number within int32, got 2147483648',
  );
  expect(() => targetOf(Uint32Array.of(0, 1, 2 ** 31))).toThrow('must be a whole number within int32');
  expect(() => targetOf(new DataView(new ArrayBuffer(3)) as never)).toThrow('targets must be a typed array');
});

test('inputs in other arrays of whole numbers become float32, bigints ids', () => {
  const inputOf = (inputs: FromArraysOptions['inputs']) =>
    fromArrays({ inputs, targets: [1, 2] }).arrays!.inputs['input']!;
  expect(inputOf(Int16Array.of(-3, 300))).toEqual({
    data: Float32Array.of(-3, 300),
    shape: [2, 1],
    dtype: 'float32',
  });
  expect(inputOf(BigInt64Array.of(7n, 8n))).toEqual({
    data: Int32Array.of(7, 8),
    shape: [2, 1],
    dtype: 'int32',
  });
});

test('bytes are scaled by name where that is asked', () => {
  const valuesOf = (bytes?: 'raw' | 'unit' | 'signed') => {
    const data = fromArrays({
      inputs: Uint8Array.of(0, 51, 255),
      targets: [1, 2, 3],
      ...(bytes && { bytes }),
    });
    expect(data.arrays!.inputs['input']!.data).toBeInstanceOf(Uint8Array);
    return [...toTensorData(data.arrays!.inputs['input']!)];
  };
  expect(valuesOf()).toEqual([0, 51, 255]);
  expect(valuesOf('raw')).toEqual([0, 51, 255]);
  expect(valuesOf('unit')).toEqual([0, Math.fround(0.2), 1]);
  expect(valuesOf('signed').map((value) => Math.round(1e6 * value) / 1e6)).toEqual([-1, -0.6, 1]);
  const targets = [1];
  const own = fromArrays({
    inputs: { a: Uint8Array.of(9), b: { data: Uint8Array.of(9), shape: [1, 1], scale: 2 } },
    targets,
    bytes: 'unit',
  });
  expect(own.arrays!.inputs['a']!.scale).toBe(1 / 255);
  expect(own.arrays!.inputs['b']!.scale).toBe(2);
  expect(() => fromArrays({ inputs: [[1]], targets, bytes: 'unit' })).toThrow(
    "bytes: 'unit' is for inputs in a Uint8Array without a scale, got input Float32Array",
  );
  expect(() => fromArrays({ inputs: Uint8Array.of(1), targets, bytes: 'half' as never })).toThrow(
    'bytes must be one of',
  );
});

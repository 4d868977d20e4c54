import { readFileSync } from 'node:fs';
import type { Dataset } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { batches } from '../batches.js';
import { featureStatistics } from '../feature-statistics.js';
import { fromArrays } from '../from-arrays.js';
import type { Imputation } from './column-encoding.js';
import { csvStream } from './csv-stream.js';
import { readCsv } from './read-csv.js';
import { splitTable } from './split-table.js';
import type { Table } from './table.js';
import { fitTableEncoder, tableEncoder, type TableEncoderState } from './table-encoder.js';

interface Reference {
  readonly train: readonly (number | null)[];
  readonly test: readonly (number | null)[];
  readonly cities: readonly (string | null)[];
  readonly other: readonly (string | null)[];
  readonly numbers: readonly { impute: string; scale: string; train: number[]; test: number[] }[];
  readonly categories: {
    readonly one_hot: number[][];
    readonly one_hot_other: number[][];
    readonly index: number[];
  };
}

const reference = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/datasets/sklearn_tables.json', import.meta.url),
    'utf8',
  ),
) as Reference;

const tableOf = (numbers: readonly (number | null)[], cities: readonly (string | null)[]): Table => ({
  size: numbers.length,
  columns: {
    n: { kind: 'number', values: Float64Array.from(numbers, (value) => value ?? NaN) },
    city: { kind: 'text', values: cities.map((value) => value ?? undefined) },
    y: { kind: 'number', values: Float64Array.from(numbers, (_, i) => i) },
  },
});
const train = tableOf(reference.train, reference.cities);
const other = tableOf(reference.test, reference.other);
const inputOf = (data: Dataset): number[] => [...data.arrays!.inputs['input']!.data];
const close = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 5));

const IMPUTE: Readonly<Record<string, Imputation>> = {
  most_frequent: 'mostFrequent',
  constant: { value: 3.5 },
};

test.each(reference.numbers)(
  'numbers, imputed by $impute and scaled by $scale, are scikit-learn’s',
  (expected) => {
    const impute = IMPUTE[expected.impute] ?? (expected.impute as Imputation);
    const encoder = fitTableEncoder(train, {
      inputs: { n: { impute, scale: expected.scale as 'standard' } },
      target: 'y',
    });
    expect(inputOf(encoder.dataset(train))).toEqual(close(expected.train));
    expect(inputOf(encoder.dataset(other))).toEqual(close(expected.test));
  },
);

test('categories are scikit-learn’s: one-hot with zeros for unknown ones, and indices', () => {
  const oneHot = fitTableEncoder(train, {
    inputs: { city: { impute: 'mostFrequent', unknown: 'ignore' } },
    target: 'y',
  });
  expect(oneHot.features).toEqual(['city=Breda', 'city=Delft', 'city=Gouda']);
  expect(inputOf(oneHot.dataset(train))).toEqual(reference.categories.one_hot.flat());
  expect(inputOf(oneHot.dataset(other))).toEqual(reference.categories.one_hot_other.flat());
  const index = fitTableEncoder(train, {
    inputs: { city: { impute: 'mostFrequent', encode: 'index' } },
    target: 'y',
  });
  expect(inputOf(index.dataset(train))).toEqual(reference.categories.index);
});

describe('an encoder', () => {
  const csv = 'n,city,kind\n1,Delft,b\n2,Gouda,a\n4,Delft,b\n';

  test('puts columns side by side, makes labels of text, and works again from JSON', async () => {
    const table = await readCsv(csv);
    const encoder = fitTableEncoder(table, { inputs: ['n', 'city'], target: 'kind' });
    const data = encoder.dataset(table);
    expect(data.arrays!.inputs['input']).toEqual({
      data: Float32Array.of(1, 1, 0, 2, 0, 1, 4, 1, 0),
      shape: [3, 3],
      dtype: 'float32',
    });
    expect(data.arrays!.targets['target']).toEqual({
      data: Int32Array.of(1, 0, 1),
      shape: [3],
      dtype: 'int32',
    });
    expect(data.classNames).toEqual(['a', 'b']);
    const again = tableEncoder(JSON.parse(JSON.stringify(encoder.state)) as TableEncoderState);
    expect(again.features).toEqual(encoder.features);
    expect(again.dataset(table).arrays).toEqual(data.arrays);
    expect(again.inputs(await readCsv('city,n\nGouda,7\n'))).toEqual({
      data: Float32Array.of(7, 0, 1),
      shape: [1, 3],
      dtype: 'float32',
    });
  });

  test('takes several numbers as targets, and numbers as classes', async () => {
    const table = await readCsv('x,a,b\n1,10,0.5\n2,9,1.5\n');
    const two = fitTableEncoder(table, { inputs: ['x'], target: ['a', 'b'] }).dataset(table);
    expect(two.arrays!.targets['target']).toEqual({
      data: Float32Array.of(10, 0.5, 9, 1.5),
      shape: [2, 2],
      dtype: 'float32',
    });
    const classes = fitTableEncoder(table, { inputs: ['x'], target: 'a', task: 'classification' }).dataset(
      table,
    );
    expect(classes.classNames).toEqual(['9', '10']);
    expect([...classes.arrays!.targets['target']!.data]).toEqual([1, 0]);
  });

  test.each<[string, object, string]>([
    [
      'a column that there is not',
      { inputs: ['m'], target: 'n' },
      "inputs must be one of the columns n, city, kind, got 'm'",
    ],
    ['text as a number', { inputs: { city: { encode: 'number' } }, target: 'n' }, "column 'city' holds text"],
    [
      'the mean of text',
      { inputs: { city: { impute: 'mean' } }, target: 'n' },
      'holds text, which has no mean',
    ],
    ['scaled categories', { inputs: { city: { scale: 'standard' } }, target: 'n' }, 'which is not scaled'],
    [
      'an index that may be unknown',
      { inputs: { city: { encode: 'index', unknown: 'ignore' } }, target: 'n' },
      "for 'oneHot'",
    ],
    [
      'text for regression',
      { inputs: ['n'], target: 'city', task: 'regression' },
      'columns of numbers for regression',
    ],
    [
      'two targets with classes',
      { inputs: ['n'], target: ['city', 'kind'] },
      'one column for classification',
    ],
    ['an unknown option', { inputs: { n: { impuet: 'mean' } }, target: 'city' }, "Did you mean 'impute'"],
    ['no inputs', { inputs: [], target: 'n' }, 'inputs must be names of columns'],
  ])('refuses %s', async (_, options, message) => {
    const table = await readCsv(csv);
    expect(() => fitTableEncoder(table, options as never)).toThrow(message);
  });

  test('refuses missing values and unknown categories, with the row', async () => {
    const encoder = fitTableEncoder(await readCsv(csv), { inputs: ['n', 'city'], target: 'kind' });
    expect(() => encoder.dataset(tableOf([1, null], ['Delft', 'Delft']))).toThrow(
      "row 1 has no value for 'n'; give impute",
    );
    expect(() => encoder.inputs(tableOf([1], ['Breda']))).toThrow(
      "row 0 has 'Breda' for 'city'; known are Delft, Gouda",
    );
    expect(() => encoder.inputs(tableOf([1], [null]))).toThrow("row 0 has no value for 'city'");
  });
});

describe('a CSV file as a stream', () => {
  const rows = Array.from({ length: 700 }, (_, i) => `${i},${'ab'[i % 2]}`);
  const text = `x,kind\n${rows.join('\n')}\n`;
  async function* pieces(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += 100) yield text.slice(at, at + 100);
  }
  const firstRows = readCsv(text, { rows: 50 });
  const read = async (
    stream: ReturnType<typeof csvStream>,
    epoch = 0,
  ): Promise<{ x: number[]; y: number[] }> => {
    const found = { x: [] as number[], y: [] as number[] };
    for await (const { inputs, targets } of batches(stream, { batchSize: 64, epoch })) {
      found.x.push(...inputs['input']!.data);
      found.y.push(...targets['target']!.data);
    }
    return found;
  };

  test('gives the same examples as in memory, again in each epoch', async () => {
    const table = await firstRows;
    expect(table.size).toBe(50);
    const encoder = fitTableEncoder(table, { inputs: ['x'], target: 'kind' });
    const stream = csvStream(pieces, { encoder, size: 700 });
    const whole = encoder.dataset(await readCsv(text));
    for (const epoch of [0, 1]) {
      expect(await read(stream, epoch)).toEqual({
        x: inputOf(whole),
        y: [...whole.arrays!.targets['target']!.data],
      });
    }
    expect(stream.classNames).toEqual(['a', 'b']);
    const shuffled = await read(csvStream(async () => pieces(), { encoder, shuffleBuffer: 100 }));
    expect(shuffled.x).not.toEqual(inputOf(whole));
    expect([...shuffled.x].sort((a, b) => a - b)).toEqual(inputOf(whole));
  });

  test('names the line of what is wrong', async () => {
    const encoder = fitTableEncoder(await firstRows, { inputs: ['x'], target: 'kind' });
    const readOf = (body: string) => read(csvStream(() => body, { encoder }));
    await expect(readOf('x,kind\n1,a\n"2\n",a\nz,b\n')).rejects.toThrow(
      "line 5, column 1 ('x') must be a number, got 'z'",
    );
    await expect(readOf('x,kind\n1,a\n\n,b\n')).rejects.toThrow("line 4 has no value for 'x'");
    await expect(readOf('x,kind\n1,c\n')).rejects.toThrow("line 2 has 'c' for 'kind'");
    await expect(readOf('x\n1\n')).rejects.toThrow("there is no column 'kind'; the file has x");
    expect(() => csvStream(text as never, { encoder })).toThrow('open must be a function');
    expect(() => csvStream(() => text, { encoder: {} as never })).toThrow('encoder must be a table encoder');
  });
});

test('a table is split before an encoder is fitted, with equal shares', async () => {
  const text = `x,kind\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 4 === 0 ? 'rare' : 'often'}`).join('\n')}\n`;
  const table = await readCsv(text);
  const [train, test] = splitTable(table, { fractions: [0.8, 0.2], seed: 3, stratify: 'kind' });
  expect([train.size, test.size]).toEqual([32, 8]);
  const count = (part: Table): number =>
    (part.columns['kind']!.values as string[]).filter((kind) => kind === 'rare').length;
  expect([count(train), count(test)]).toEqual([8, 2]);
  const all = [
    ...(train.columns['x']!.values as Float64Array),
    ...(test.columns['x']!.values as Float64Array),
  ];
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect(() => splitTable(table, { sizes: [1], stratify: 'y' })).toThrow(
    'stratify must be one of the columns x, kind',
  );
});

test.each(['minMax', 'robust'] as const)(
  'statistics of a data set by %s are those of scikit-learn',
  async (method) => {
    const entry = reference.numbers.find(({ impute, scale }) => impute === 'mean' && scale === method)!;
    const plain = reference.numbers.find(({ impute, scale }) => impute === 'mean' && scale === 'none')!;
    const data = fromArrays({ inputs: plain.train.map((value) => [value, 5]), targets: plain.train });
    const { mean, std } = (await featureStatistics(data, { method }))['input']!;
    const scaled = plain.train.map((value) => (value - mean[0]!) / std[0]!);
    expect(scaled.map((value, i) => Math.abs(value - entry.train[i]!) < 1e-6)).not.toContain(false);
    expect(mean[1]).toBe(5);
    const bad = fromArrays({ inputs: [[NaN]], targets: [1], allowNonFinite: true });
    await expect(featureStatistics(bad, { method })).rejects.toThrow('holds values that are not finite');
  },
);

describe('text that was meant as numbers', () => {
  const fit = async (text: string, options: object = {}, separator = ',') =>
    fitTableEncoder(await readCsv(text, { separator }), { inputs: ['x'], target: 'y', ...options });

  test.each<[string, string, object, string]>([
    [
      'a damaged cell',
      'x,y\n1.5,2\n1.6x,3\n',
      {},
      "column 'x' holds numbers, and in row 1 '1.6x'; repair it",
    ],
    ['a damaged target', 'x,y\n1,2.5\n2,-\n', {}, "column 'y' holds numbers, and in row 1 '-'"],
    [
      'decimal commas',
      'x;y\n1,5;2\n2,5;3\n',
      {},
      "holds numbers with a decimal comma, such as '1,5'; read it with decimal: ','",
    ],
    ['what float32 does not hold', 'x,y\n1,2\n1e39,3\n', {}, "has 1e+39 for 'x', which is beyond float32"],
  ])('%s', async (_, text, options, message) => {
    await expect(
      fit(text, options, text[1]).then((encoder) => readCsv(text).then((table) => encoder.dataset(table))),
    ).rejects.toThrow(message);
  });

  test('is text where that is said', async () => {
    const { features, state } = await fit('x,y\n1,2.5\n3+,-\n', {
      inputs: { x: { encode: 'oneHot' } },
      task: 'classification',
    });
    expect([features, state.classNames]).toEqual([
      ['x=1', 'x=3+'],
      ['-', '2.5'],
    ]);
  });
});

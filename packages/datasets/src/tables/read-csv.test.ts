import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvParser } from './csv-parser.js';
import { readCsv } from './read-csv.js';
import { tableRows } from './table.js';

const cellsOf = (text: string, separator = ','): string[][] => {
  const parser = new CsvParser('csv', separator);
  return [...parser.push(text), ...parser.end()].map(({ cells }) => [...cells]);
};

describe('rows and cells', () => {
  test.each<[string, string, string[][]]>([
    [
      'plain',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'no end of line at the end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['Windows and old Mac', 'a\r\nb\rc\r\n', [['a'], ['b'], ['c']]],
    [
      'empty cells',
      ',\n,a,\n',
      [
        ['', ''],
        ['', 'a', ''],
      ],
    ],
    ['empty lines', '\n\na\n\r\n\nb\n\n', [['a'], ['b']]],
    [
      'quotes',
      '"a","b ""c"""\n"",x\n',
      [
        ['a', 'b "c"'],
        ['', 'x'],
      ],
    ],
    [
      'separators and line ends in quotes',
      '"a,b","c\nd\r\ne"\nf,g',
      [
        ['a,b', 'c\nd\r\ne'],
        ['f', 'g'],
      ],
    ],
    ['an empty cell in quotes alone', '""\na', [[''], ['a']]],
    ['blanks', ' a , b\n', [[' a ', ' b']]],
  ])('%s', (_, text, expected) => {
    expect(cellsOf(text)).toEqual(expected);
  });

  test('come out the same from pieces of any size', () => {
    const cell = fc.stringMatching(/^[ab", \r\n]{0,6}$/);
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 7 }),
        (table, end, size) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const text = table.map((row) => row.map(quoted).join(',')).join(end) + end;
          const parser = new CsvParser('csv', ',');
          const found: string[][] = [];
          for (let at = 0; at < text.length; at += size) {
            for (const { cells } of parser.push(text.slice(at, at + size))) found.push([...cells]);
          }
          for (const { cells } of parser.end()) found.push([...cells]);
          expect(found).toEqual(table);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test.each<[string, string, string]>([
    ['a quote that is never closed', 'a,b\n1,"x\ny', 'line 2, column 2 opens a quote that is never closed'],
    ['text after a quote', 'a\n"x"y\n', "line 2, column 1 has 'y' after its closing quote"],
    ['a quote in the middle', 'a,b\n1,x"y"\n', 'line 2, column 2 has a quote in its middle'],
    ['an endless cell', `a\n"${'x'.repeat(2 ** 20)}x`, 'line 2, column 1 has more than 1048576 characters'],
  ])('refuses %s, with its place', (_, text, message) => {
    expect(() => cellsOf(text)).toThrow(message);
  });

  test('lines are counted through quotes', () => {
    const parser = new CsvParser('csv', ',');
    const rows = parser.push('a\n"b\nb\r\nb"\n\nc\n');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 6]);
  });
});

describe('a table', () => {
  test('has numbers where all values are, and text otherwise; missing ones are NaN and undefined', async () => {
    const table = await readCsv(
      'n, when ,kind,all\n 1.5 ,2024-01-02,a,7\n-2e3,2024-01-03,,NA\n,NA,"b ",.5\n',
    );
    expect(table.size).toBe(3);
    expect(Object.keys(table.columns)).toEqual(['n', 'when', 'kind', 'all']);
    expect(table.columns['n']).toEqual({ kind: 'number', values: Float64Array.of(1.5, -2000, NaN) });
    expect(table.columns['when']!.values).toEqual(['2024-01-02', '2024-01-03', undefined]);
    expect(table.columns['kind']!.values).toEqual(['a', undefined, 'b ']);
    expect(table.columns['all']!.values).toEqual(Float64Array.of(7, NaN, 0.5));
  });

  test('takes separators, types, names of missing values, columns and files without a header', async () => {
    const text = '1;x;?\n2;y;-\n';
    const table = await readCsv(text, {
      separator: ';',
      header: false,
      types: { 0: 'text' },
      missing: ['?', '-'],
      columns: ['0', '2'],
    });
    expect(table.columns).toEqual({
      0: { kind: 'text', values: ['1', '2'] },
      2: { kind: 'number', values: Float64Array.of(NaN, NaN) },
    });
  });

  test('comes from bytes and from streams, cut anywhere, with a byte order mark', async () => {
    const bytes = new TextEncoder().encode('\uFEFFnäme,b\n"é,€",2\n');
    const expected = {
      size: 1,
      columns: { näme: { kind: 'text', values: ['é,€'] }, b: { kind: 'number', values: Float64Array.of(2) } },
    };
    expect(await readCsv(bytes)).toEqual(expected);
    expect(await readCsv(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))).toEqual(expected);
    async function* single(): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    expect(await readCsv(single())).toEqual(expected);
    expect(await readCsv(new Blob([bytes]).stream())).toEqual(expected);
  });

  test.each<[string, string | Uint8Array, object, string]>([
    ['nothing', '', {}, 'the file has no rows'],
    ['a header alone', 'a,b\n', {}, 'the file has no rows'],
    ['a row of another width', 'a,b\n1,2\n3\n', {}, 'line 3 has 1 cells, there are 2 columns (a, b)'],
    ['a column without a name', 'a,,c\n1,2,3\n', {}, 'line 1, column 2: the header has no name here'],
    ['two columns of one name', 'a,b,a\n1,2,3\n', {}, "line 1, column 3: 'a' is the name of column 1, too"],
    [
      'what is no number where one must be',
      'a,b\n1,2\n\n3,x\n',
      { types: { b: 'number' } },
      "line 4, column 2 ('b') must be a number, got 'x'",
    ],
    [
      'a row of numbers as a header',
      '1.5,2\n2,3\n',
      {},
      'line 1 holds the numbers 1.5, 2; pass header: false',
    ],
    [
      'a number that is infinite',
      'a\n1\n1e999\n',
      { types: { a: 'number' } },
      "line 3, column 1 ('a') must be a number, got '1e999'",
    ],
    [
      'a point where decimals have a comma',
      'a\n1,5\n1.5\n',
      { separator: ';', decimal: ',', types: { a: 'number' } },
      "got '1.5'",
    ],
    ['semicolons', 'a;b\n1;2\n', {}, "line 1 is one cell, 'a;b'; pass separator: ';' where"],
    [
      'tabs',
      '# c\n1\t2\n',
      { header: false, comment: '#' },
      "line 2 is one cell, '1\t2'; pass separator: '\\t'",
    ],
    ['infinity', 'a\n1\ninf\n', { types: { a: 'number' } }, "got 'inf'"],
    ['a column that there is not', 'a\n1\n', { columns: ['b'] }, "there is no column 'b'; the file has a"],
    ['too many rows', 'a\n1\n2\n3\n', { maxRows: 2 }, 'more than 2 rows'],
    ['bytes that are not UTF-8', Uint8Array.of(97, 10, 0xe9, 10), {}, 'the file is not UTF-8 near byte 0'],
  ])('refuses %s, with the place', async (_, source, options, message) => {
    await expect(readCsv(source, options)).rejects.toThrow(message);
    await expect(readCsv(source, options)).rejects.toMatchObject({ code: 'invalid-data' });
  });

  test('takes one column with another separator in it where the comma is named', async () => {
    const { columns } = await readCsv('P(a|b)\n0.5\n', { separator: ',' });
    expect(Object.keys(columns)).toEqual(['P(a|b)']);
    expect((await readCsv('a,b\nx;y,z|u\n')).size).toBe(1);
  });

  test('refuses bad options', async () => {
    await expect(readCsv('a\n1', { separator: '::' })).rejects.toThrow(
      "separator must be one character, got '::'",
    );
    await expect(readCsv('a\n1', { types: { a: 'date' } } as never)).rejects.toThrow('types must be');
    await expect(readCsv('a\n1', { seperator: ';' } as never)).rejects.toThrow("Did you mean 'separator'");
    await expect(readCsv(5 as never)).rejects.toThrow(
      'source must be text, bytes or a stream of them, got 5',
    );
  });

  test('names of thousands of columns are not all in a message', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `c${i}`).join(',');
    const message = await readCsv(`${names}\n1,2\n`).catch((error: Error) => error.message);
    expect(message).toMatch(
      /line 2 has 2 cells, there are 5000 columns \(c0, .*c19, \.\.\. \(5000 in all\)\)/,
    );
    expect((message as string).length).toBeLessThan(400);
  });

  test('numbers are names where that is said', async () => {
    expect(Object.keys((await readCsv('2019,2020\n1,2\n', { header: true })).columns)).toEqual([
      '2019',
      '2020',
    ]);
    expect((await readCsv('1,2\n3,4\n', { header: false })).size).toBe(2);
  });

  test('decimals may have a comma', async () => {
    const { columns } = await readCsv('a;b\n1,5;-,5e1\n2;+3,\n', { separator: ';', decimal: ',' });
    expect([columns['a']!.values, columns['b']!.values]).toEqual([
      Float64Array.of(1.5, 2),
      Float64Array.of(-5, 3),
    ]);
  });

  test.each(['\n', '\r\n', '\r'])('comments are passed over, and lines counted on (%j)', async (end) => {
    const text = ['# made, "by hand', 'a,b', '1,#2', '#', '3,4', '# end'].join(end);
    const { columns } = await readCsv(text, { comment: '#' });
    expect([columns['a']!.values, columns['b']!.values]).toEqual([Float64Array.of(1, 3), ['#2', '4']]);
    const parser = new CsvParser('csv', ',', '#');
    const rows = [...text].flatMap((piece) => parser.push(piece));
    expect([...rows, ...parser.end()].map(({ line }) => line)).toEqual([2, 3, 5]);
  });

  test('gives rows by number', async () => {
    const table = await readCsv('a,b\n1,x\n2,y\n3,\n');
    expect(tableRows(table, [2, 0])).toEqual({
      size: 2,
      columns: {
        a: { kind: 'number', values: Float64Array.of(3, 1) },
        b: { kind: 'text', values: [undefined, 'x'] },
      },
    });
    expect(() => tableRows(table, [3])).toThrow('rows must be 0 to 2, got 3');
  });
});

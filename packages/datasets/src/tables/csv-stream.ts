import type { DataStream, HostBatch } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import type { CsvRow } from './csv-parser.js';
import type { CsvSource } from './csv-rows.js';
import { csvRows } from './csv-rows.js';
import { checkWidth, namesBy, READ_RULES, type ReadCsvOptions, tableFrom } from './read-csv.js';
import type { TableEncoder } from './table-encoder.js';
import { encodeTable } from './table-encoder.js';

const SCOPE = 'csv-stream';
/** Rows that are encoded at a time. */
const ROWS = 256;

/** Options of {@link csvStream}. */
export interface CsvStreamOptions extends Pick<
  ReadCsvOptions,
  'separator' | 'header' | 'decimal' | 'comment' | 'missing'
> {
  /** Makes features and targets of the rows, fitted to the first ones of the file or to another file. */
  readonly encoder: TableEncoder;
  /** Number of rows, where it is known; another number is then an error. */
  readonly size?: number;
  /** Examples that are kept to draw from at random, >= 1. Default 1: the order of the file. */
  readonly shuffleBuffer?: number;
  /** Batches that are made ahead, >= 0. Default 1. */
  readonly prefetch?: number;
}

/**
 * A CSV file of any length as a stream of examples: some rows of it are in memory at a time.
 *
 * @param open Opens the file from its beginning, at each epoch: `() => createReadStream(path)` in Node.
 * @param options See {@link CsvStreamOptions}. Fit the encoder to the first rows: `readCsv(source, { rows: 10000 })`.
 * @throws EspalierError `invalid-option`; while it is read `invalid-data` with line and column.
 * @example
 * ```ts
 * const text = 'x,y\n1,2\n2,4\n3,6\n';
 * const encoder = fitTableEncoder(await readCsv(text, { rows: 2 }), { inputs: ['x'], target: 'y' });
 * const stream = csvStream(() => text, { encoder, shuffleBuffer: 100 });
 * ```
 */
export function csvStream(open: () => CsvSource | Promise<CsvSource>, options: CsvStreamOptions): DataStream {
  if (typeof open !== 'function') checkOptions(SCOPE).fail('open', 'a function that opens the file', open);
  const { encoder, separator, header, decimal, comment, missing, size, shuffleBuffer, prefetch } =
    readOptions(SCOPE, options, {
      encoder: option.custom<TableEncoder>({
        expected: 'a table encoder, as fitTableEncoder gives one',
        accepts: (value) => typeof (value as TableEncoder | null)?.state?.inputs === 'object',
      }),
      separator: READ_RULES.separator,
      header: READ_RULES.header,
      decimal: READ_RULES.decimal,
      comment: READ_RULES.comment,
      missing: READ_RULES.missing,
      size: option.integer({ min: 1, optional: true }),
      shuffleBuffer: option.integer({ min: 1, default: 1 }),
      prefetch: option.integer({ min: 0, default: 1 }),
    }).values;
  const { state, features } = encoder;
  const types = Object.fromEntries([
    ...state.inputs.map(({ column, kind }) => [column, kind === 'number' ? 'number' : 'text'] as const),
    ...state.target.map((column) => [column, state.classNames ? 'text' : 'number'] as const),
  ]);
  const encode = (rows: readonly CsvRow[], names: readonly string[]): HostBatch => {
    const table = tableFrom(rows, names, { types, missing, decimal, columns: Object.keys(types) }, SCOPE);
    return encodeTable(state, table, (row) => `line ${rows[row]!.line}`).arrays!;
  };
  return {
    inputs: { input: { shape: [features.length], dtype: 'float32' } },
    targets: {
      target: state.classNames
        ? { shape: [], dtype: 'int32' }
        : { shape: [state.target.length], dtype: 'float32' },
    },
    ...(state.classNames && { classNames: state.classNames }),
    ...(size !== undefined && { size }),
    shuffleBuffer,
    prefetch,
    async *open() {
      let names: readonly string[] | undefined;
      let rows: CsvRow[] = [];
      for await (const row of csvRows(await open(), { separator, comment }, SCOPE)) {
        if (!names) {
          names = namesBy(row, header, SCOPE);
          if (header !== false) continue;
        }
        checkWidth(row, names, SCOPE);
        if (rows.push(row) < ROWS) continue;
        yield encode(rows, names);
        rows = [];
      }
      if (names && rows.length > 0) yield encode(rows, names);
    },
  };
}

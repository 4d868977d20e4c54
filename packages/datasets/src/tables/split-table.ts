import { option, readOptions } from '@espalier/core';
import { fromArrays } from '../from-arrays.js';
import type { FlatSplitOptions, SplitOptions } from '../split.js';
import { split, SPLIT_RULES } from '../split.js';
import type { Table } from './table.js';
import { columnOf, tableRows } from './table.js';
import { textOf } from './column-encoding.js';

/** Options of {@link splitTable}. */
export type SplitTableOptions<Parts extends readonly number[] = readonly number[]> = Omit<
  SplitOptions<Parts>,
  'stratify' | 'fractions' | 'sizes'
> & {
  /** The column whose values shall have equal shares in all parts. */
  readonly stratify?: string;
} & (
    | { readonly fractions: Parts; readonly sizes?: undefined }
    | { readonly sizes: Parts; readonly fractions?: undefined }
  );

/**
 * Splits a table into parts that share no row, as {@link split} does a data set: before an encoder is fitted to one of them.
 *
 * @throws EspalierError as {@link split}; `invalid-option` for a column that there is not.
 * @example
 * ```ts
 * const table = await readCsv('x,y\n1,a\n2,b\n3,a\n4,b\n');
 * const [train, test] = splitTable(table, { fractions: [0.5, 0.5], seed: 1, stratify: 'y' });
 * ```
 */
export function splitTable<const Parts extends readonly number[]>(
  table: Table,
  options: SplitTableOptions<Parts>,
): { -readonly [K in keyof Parts]: Table } {
  const { stratify, ...others } = readOptions<FlatTableOptions, typeof RULES>(
    'split-table',
    options,
    RULES,
  ).values;
  const rows = fromArrays({
    inputs: Int32Array.from({ length: table.size }, (_, row) => row),
    targets: new Int32Array(table.size),
  });
  const column = stratify === undefined ? undefined : columnOf(table, stratify, 'split-table', 'stratify');
  const numbers = new Map<string | undefined, number>();
  const classes =
    column &&
    Int32Array.from({ length: table.size }, (_, row) => {
      const value = textOf(column, row);
      if (!numbers.has(value)) numbers.set(value, numbers.size);
      return numbers.get(value)!;
    });
  const parts = split(rows, {
    ...others,
    ...(classes && { stratify: classes }),
  } as SplitOptions<Parts>);
  return (parts as ReturnType<typeof split>).map((part) => {
    const batch = part.batch(Uint32Array.from({ length: part.size }, (_, i) => i));
    return tableRows(table, (batch as Exclude<typeof batch, Promise<unknown>>).inputs['input']!.data);
  }) as { -readonly [K in keyof Parts]: Table };
}

interface FlatTableOptions extends Omit<FlatSplitOptions, 'stratify'> {
  readonly stratify?: string;
}

const RULES = { ...SPLIT_RULES, stratify: option.text({ optional: true }) };

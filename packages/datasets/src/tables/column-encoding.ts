import { invalidData } from '../invalid-data.js';
import { quantile, scalingOf, mean } from '../scaling.js';
import type { ScalingMethod } from '../scaling.js';
import type { NumberColumn, TextColumn } from './table.js';

/** How a column of numbers becomes a feature: `((value or fill) - shift) / scale`. */
export interface NumberEncoding {
  readonly kind: 'number';
  readonly column: string;
  /** In place of missing values; null where none may be missing. */
  readonly fill: number | null;
  readonly shift: number;
  readonly scale: number;
}

/** How a column of text becomes features. */
export interface CategoryEncoding {
  /** `oneHot`: one feature for each category, 1 where it is that; `index`: its number. */
  readonly kind: 'oneHot' | 'index';
  readonly column: string;
  /** In order of their numbers. */
  readonly categories: readonly string[];
  /** In place of missing values; null where none may be missing. */
  readonly fill: string | null;
  /** What a category does that is not in the list: `ignore` gives zeros. */
  readonly unknown: 'error' | 'ignore';
}

/** How a column becomes features; plain JSON. */
export type ColumnEncoding = NumberEncoding | CategoryEncoding;

/** What stands in place of missing values: a statistic of the others, or a value. */
export type Imputation = 'none' | 'mean' | 'median' | 'mostFrequent' | { readonly value: number | string };

/** Fits the encoding of a column of numbers to the rows that it has. */
export function fitNumbers(
  { values }: NumberColumn,
  column: string,
  impute: Imputation,
  scale: ScalingMethod | 'none',
  scope: string,
): NumberEncoding {
  const present = values.filter((value) => !Number.isNaN(value));
  const fill = impute === 'none' ? null : numberToFill(present, impute, column, scope);
  if (present.length === 0 && scale !== 'none') {
    invalidData(scope, `column '${column}' has no values to be scaled by; leave it out.`);
  }
  // As a scaler that comes after an imputer sees them.
  const filled = fill === null ? present : values.map((value) => (Number.isNaN(value) ? fill : value));
  const scaling = scale === 'none' ? { shift: 0, scale: 1 } : scalingOf(filled, scale);
  return { kind: 'number', column, fill, ...scaling };
}

/** Fits the encoding of a column of text to the rows that it has; categories in alphabetical order. */
export function fitCategories(
  { values }: TextColumn,
  column: string,
  impute: Imputation,
  { kind, unknown }: Pick<CategoryEncoding, 'kind' | 'unknown'>,
  scope: string,
): CategoryEncoding {
  const present = values.filter((value) => value !== undefined);
  let fill: string | null = null;
  if (typeof impute === 'object') fill = String(impute.value);
  else if (impute === 'mostFrequent') fill = mostFrequent(present, column, scope);
  else if (impute !== 'none') {
    invalidData(
      scope,
      `column '${column}' holds text, which has no ${impute}; use 'mostFrequent' or { value }.`,
    );
  }
  const all = fill !== null && present.length < values.length ? [...present, fill] : present;
  const categories = [...new Set(all)].sort();
  if (categories.length === 0) invalidData(scope, `column '${column}' has no values; leave it out.`);
  return { kind, column, categories, fill, unknown };
}

function numberToFill(present: Float64Array, impute: Imputation, column: string, scope: string): number {
  if (typeof impute === 'object') {
    if (typeof impute.value === 'number' && Number.isFinite(impute.value)) return impute.value;
    invalidData(scope, `column '${column}' holds numbers, which cannot be filled with '${impute.value}'.`);
  }
  if (present.length === 0)
    invalidData(scope, `column '${column}' has no values to impute from; use { value }.`);
  if (impute === 'mean') return mean(present);
  if (impute === 'median') return quantile(present.slice().sort(), 0.5);
  return mostFrequent([...present.slice().sort()], column, scope);
}

// The least of those that are equally frequent, as scikit-learn does.
function mostFrequent<T extends number | string>(present: readonly T[], column: string, scope: string): T {
  const counts = new Map<T, number>();
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const [least] = [...counts]
    .filter(([, count]) => count === most)
    .map(([value]) => value)
    .sort((a, b) => (a < b ? -1 : 1));
  return least ?? invalidData(scope, `column '${column}' has no values to impute from; use { value }.`);
}

/** Number of features that an encoding gives. */
export function widthOf(encoding: ColumnEncoding): number {
  return encoding.kind === 'oneHot' ? encoding.categories.length : 1;
}

/** Writes a column's features: `to[row * stride + start + i]`. */
export function encodeColumn(
  encoding: ColumnEncoding,
  column: NumberColumn | TextColumn,
  { to, start, stride }: { readonly to: Float32Array; readonly start: number; readonly stride: number },
  place: (row: number) => string,
  scope: string,
): void {
  const missing = (row: number): never =>
    invalidData(
      scope,
      `${place(row)} has no value for '${encoding.column}'; give impute for it, or leave out the row.`,
    );
  if (encoding.kind === 'number') {
    if (column.kind !== 'number')
      invalidData(scope, `column '${encoding.column}' must hold numbers, got text.`);
    const { fill, shift, scale } = encoding;
    column.values.forEach((value, row) => {
      const filled = Number.isNaN(value) ? (fill ?? missing(row)) : value;
      const feature = Math.fround((filled - shift) / scale);
      if (!Number.isFinite(feature)) {
        const beyond = `${place(row)} has ${value} for '${encoding.column}', which is beyond float32`;
        invalidData(scope, `${beyond}; scale it, or leave out the row.`);
      }
      to[row * stride + start] = feature;
    });
    return;
  }
  const { categories, fill, unknown, kind } = encoding;
  const numbers = new Map(categories.map((category, number) => [category, number]));
  for (let row = 0; row < column.values.length; row++) {
    const category = textOf(column, row) ?? fill ?? missing(row);
    const number = numbers.get(category);
    if (number === undefined) {
      if (unknown === 'ignore') continue;
      invalidData(
        scope,
        `${place(row)} has '${category}' for '${encoding.column}'; known are ${categories.slice(0, 10).join(', ')}` +
          `${categories.length > 10 ? ', ...' : ''}. Fit with it, or set unknown: 'ignore'.`,
      );
    }
    if (kind === 'oneHot') to[row * stride + start + number] = 1;
    else to[row * stride + start] = number;
  }
}

/** A value as text; `undefined` where it is missing. */
export function textOf(column: NumberColumn | TextColumn, row: number): string | undefined {
  if (column.kind === 'text') return column.values[row];
  const value = column.values[row]!;
  return Number.isNaN(value) ? undefined : String(value);
}

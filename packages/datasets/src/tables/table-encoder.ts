import type { Dataset, HostArray } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { inMemory } from '../in-memory.js';
import { invalidData } from '../invalid-data.js';
import type { ScalingMethod } from '../scaling.js';
import type { CategoryEncoding, ColumnEncoding, Imputation } from './column-encoding.js';
import { encodeColumn, fitCategories, fitNumbers, textOf, widthOf } from './column-encoding.js';
import { refuseNumbersInText } from './number-in.js';
import type { NumberColumn, Table, TextColumn } from './table.js';
import { columnOf } from './table.js';

const SCOPE = 'table-encoder';

/** How a column becomes features. */
export interface FeatureOptions {
  /**
   * What takes the place of missing values: `mean`, `median` or `mostFrequent` of the rows that the encoder is fitted to, or
   * `{ value }`. Default `none`: a missing value is an error.
   */
  readonly impute?: Imputation;
  /** Of numbers: mean 0 and deviation 1, 0 to 1, or by median and quartiles; see {@link featureStatistics}. Default `none`. */
  readonly scale?: ScalingMethod | 'none';
  /**
   * `number`; `oneHot`, one feature for each category; `index`, its number. Default `number`, of text `oneHot`; it must be given for
   * text that holds numbers, too.
   */
  readonly encode?: 'number' | 'oneHot' | 'index';
  /** What a category is that the encoder was not fitted to: an error, or (of `oneHot`) zeros. Default `error`. */
  readonly unknown?: 'error' | 'ignore';
}

/** Options of {@link fitTableEncoder}. */
export interface TableEncoderOptions {
  /** The columns that become the input, in this order; by name, with options where wanted. */
  readonly inputs: readonly string[] | Readonly<Record<string, FeatureOptions>>;
  /** The column to be predicted; several, of numbers, become a target `[N, k]`. */
  readonly target: string | readonly string[];
  /** `classification` makes labels of the target. Default: of text; numbers are for `regression`. */
  readonly task?: 'regression' | 'classification';
}

/** An encoder as plain JSON, to be kept with a model; {@link tableEncoder} makes it work again. */
export interface TableEncoderState {
  readonly inputs: readonly ColumnEncoding[];
  readonly target: readonly string[];
  /** In label order; null for regression. */
  readonly classNames: readonly string[] | null;
}

/** Makes data sets of tables, always in the same way. */
export interface TableEncoder {
  /** Name of each feature: the column's, or `column=category`. */
  readonly features: readonly string[];
  readonly state: TableEncoderState;
  /** Input `[N, features]` float32; target `[N, k]` float32, or labels `[N]` int32. */
  dataset(table: Table): Dataset;
  /** The input alone, of a table that need not have the target: for prediction. */
  inputs(table: Table): HostArray;
}

/**
 * Fits the way from a table to a data set: imputation, scaling and categories are those of the rows given here. **Give it
 * the training rows only**, and use the encoder for all others: what is learnt from validation or test rows leaks.
 *
 * @param table Rows of the training set.
 * @param options See {@link TableEncoderOptions}.
 * @throws EspalierError `invalid-option`, also for a column that there is not; `invalid-data` for columns that cannot be so
 *   encoded.
 * @example
 * ```ts
 * const table = await readCsv('rooms,city,price\n3,Delft,300\n,Gouda,250\n5,Delft,420\n');
 * const encoder = fitTableEncoder(table, {
 *   inputs: { rooms: { impute: 'median', scale: 'standard' }, city: {} },
 *   target: 'price',
 * });
 * const train = encoder.dataset(table); // features: rooms, city=Delft, city=Gouda
 * ```
 * @see scikit-learn: `SimpleImputer`, `StandardScaler`, `MinMaxScaler`, `RobustScaler`, `OneHotEncoder`, `OrdinalEncoder`, in
 *   this order in a pipeline.
 */
export function fitTableEncoder(table: Table, options: TableEncoderOptions): TableEncoder {
  const { inputs, target, task } = readOptions(SCOPE, options, RULES).values;
  const targets = typeof target === 'string' ? [target] : target;
  const columns: readonly (readonly [string, FeatureOptions])[] = Array.isArray(inputs)
    ? inputs.map((name: string) => [name, {}] as const)
    : Object.entries(inputs as Readonly<Record<string, FeatureOptions>>);
  const encodings = columns.map(([name, feature]) =>
    fitColumn(name, feature, columnOf(table, name, SCOPE, 'inputs')),
  );
  const kinds = targets.map((name) => columnOf(table, name, SCOPE, 'target').kind);
  const classify = task === 'classification' || (task === undefined && kinds.includes('text'));
  if (task === undefined) {
    for (const name of targets) {
      refuseNumbersInText(name, columnOf(table, name, SCOPE, 'target'), "task: 'classification'", SCOPE);
    }
  }
  if (classify && targets.length > 1) {
    checkOptions(SCOPE).fail('target', 'one column for classification', targets);
  }
  if (!classify && kinds.includes('text')) {
    checkOptions(SCOPE).fail('target', 'columns of numbers for regression', targets);
  }
  const classNames = classify ? classesOf(columnOf(table, targets[0]!, SCOPE, 'target')) : null;
  return tableEncoder({ inputs: encodings, target: targets, classNames });
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isNames = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isName);

const RULES = {
  inputs: option.custom<TableEncoderOptions['inputs']>({
    expected: 'names of columns, or options by the name of a column',
    accepts: (value) =>
      isNames(value) ||
      (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0),
  }),
  target: option.custom<TableEncoderOptions['target']>({
    expected: 'the name of a column, or several',
    accepts: (value) => isName(value) || isNames(value),
  }),
  task: option.oneOf(['regression', 'classification'], { optional: true }),
};

function fitColumn(name: string, feature: FeatureOptions, column: NumberColumn | TextColumn): ColumnEncoding {
  const { impute, scale, encode, unknown } = readOptions(`${SCOPE}/${name}`, feature, {
    impute: option.custom<Imputation, { readonly default: Imputation }>({
      expected: "'none', 'mean', 'median', 'mostFrequent' or { value }",
      accepts: (value) =>
        ['none', 'mean', 'median', 'mostFrequent'].includes(value as string) ||
        (typeof value === 'object' && value !== null && 'value' in value),
      default: 'none',
    }),
    scale: option.oneOf(['none', 'standard', 'minMax', 'robust'], { default: 'none' }),
    encode: option.oneOf(['number', 'oneHot', 'index'], { optional: true }),
    unknown: option.oneOf(['error', 'ignore'], { default: 'error' }),
  }).values;
  if (encode === undefined) refuseNumbersInText(name, column, "encode: 'oneHot'", SCOPE);
  const kind = encode ?? (column.kind === 'number' ? 'number' : 'oneHot');
  if (kind === 'number') {
    if (column.kind === 'text')
      invalidData(SCOPE, `column '${name}' holds text; encode it by 'oneHot' or 'index'.`);
    return fitNumbers(column, name, impute, scale, SCOPE);
  }
  if (scale !== 'none') invalidData(SCOPE, `column '${name}' is encoded by '${kind}', which is not scaled.`);
  if (kind === 'index' && unknown === 'ignore') {
    invalidData(
      SCOPE,
      `column '${name}': unknown: 'ignore' is for 'oneHot'; an index has no value that means none.`,
    );
  }
  return fitCategories(asText(column), name, impute, { kind, unknown } as CategoryEncoding, SCOPE);
}

function asText(column: NumberColumn | TextColumn): TextColumn {
  if (column.kind === 'text') return column;
  return { kind: 'text', values: Array.from(column.values, (_, row) => textOf(column, row)) };
}

// Numbers by value, text by name.
function classesOf(column: NumberColumn | TextColumn): string[] {
  const values: readonly (number | string | undefined)[] = [...column.values];
  const present = [...new Set(values)].filter((value) => value !== undefined && !Number.isNaN(value));
  if (present.length === 0) invalidData(SCOPE, 'the target has no values.');
  return present.sort((a, b) => (a! < b! ? -1 : 1)).map(String);
}

/**
 * The encoder of a state that was kept, e.g. with a model.
 *
 * @example
 * ```ts
 * const table = await readCsv('x,y\n1,2\n3,4\n');
 * const { state } = fitTableEncoder(table, { inputs: ['x'], target: 'y' });
 * const again = tableEncoder(JSON.parse(JSON.stringify(state)) as TableEncoderState);
 * ```
 */
export function tableEncoder(state: TableEncoderState): TableEncoder {
  return {
    features: state.inputs.flatMap((encoding) =>
      encoding.kind === 'oneHot'
        ? encoding.categories.map((category) => `${encoding.column}=${category}`)
        : [encoding.column],
    ),
    state,
    dataset: (table) => encodeTable(state, table, (row) => `row ${row}`),
    inputs: (table) => encodeInputs(state, table, (row) => `row ${row}`),
  };
}

/** {@link TableEncoder.dataset}, with a place of one's own for messages. */
export function encodeTable(state: TableEncoderState, table: Table, place: (row: number) => string): Dataset {
  const input = encodeInputs(state, table, place);
  return inMemory(
    SCOPE,
    { inputs: { input }, targets: { target: encodeTarget(state, table, place) } },
    state.classNames ?? undefined,
  );
}

function encodeInputs(
  { inputs }: TableEncoderState,
  table: Table,
  place: (row: number) => string,
): HostArray {
  const stride = inputs.reduce((sum, encoding) => sum + widthOf(encoding), 0);
  const data = new Float32Array(table.size * stride);
  let start = 0;
  for (const encoding of inputs) {
    const column = columnOf(table, encoding.column, SCOPE, 'table');
    encodeColumn(encoding, column, { to: data, start, stride }, place, SCOPE);
    start += widthOf(encoding);
  }
  return { data, shape: [table.size, stride], dtype: 'float32' };
}

function encodeTarget(
  { target, classNames }: TableEncoderState,
  table: Table,
  place: (row: number) => string,
): HostArray {
  const plain = { fill: null, shift: 0, scale: 1, kind: 'number' } as const;
  const encodings: readonly ColumnEncoding[] = classNames
    ? [{ kind: 'index', column: target[0]!, categories: classNames, fill: null, unknown: 'error' }]
    : target.map((column) => ({ ...plain, column }));
  const data = new Float32Array(table.size * encodings.length);
  encodings.forEach((encoding, start) => {
    const column = columnOf(table, encoding.column, SCOPE, 'table');
    encodeColumn(encoding, column, { to: data, start, stride: encodings.length }, place, SCOPE);
  });
  return classNames
    ? { data: Int32Array.from(data), shape: [table.size], dtype: 'int32' }
    : { data, shape: [table.size, encodings.length], dtype: 'float32' };
}

import { assembler } from '@espalier/core/internal';

type Code = assembler.Code;
type WasmFunction = assembler.WasmFunction;
const { advance, countDown, f64x2Add, f64x2PromoteLow, get, set, V128, v128Load64Zero, v128Store, v128Zero } =
  assembler;

/** Columns that one call of the wide routine adds up: one cache line of floats. */
export const WIDE_COLUMNS = 16;
/** Columns that one call of the narrow routine adds up. */
export const NARROW_COLUMNS = 4;
/** Neighbours that one step of the row routine adds up; their sums come out as that many doubles. */
export const ROW_STEP = 8;

const pairs = (count: number, emit: (pair: number) => Code): Code =>
  Array.from({ length: count / 2 }, (_, pair) => emit(pair));

/**
 * Sums of float columns as doubles. Parameters: source, bytes between rows, rows, target of `columns` doubles.
 * With rows that follow each other without a gap it adds up one long row, `columns` neighbours at a time.
 */
const columnSums = (name: string, columns: number): WasmFunction => ({
  name,
  parameters: 4,
  locals: [[columns / 2, V128]],
  body: [
    pairs(columns, (pair) => [v128Zero, set(4 + pair)]),
    countDown(2, 1, [
      pairs(columns, (pair) => [
        [get(4 + pair), get(0), v128Load64Zero(8 * pair), f64x2PromoteLow, f64x2Add, set(4 + pair)],
      ]),
      advance(0, get(1)),
    ]),
    pairs(columns, (pair) => [get(3), get(4 + pair), v128Store(16 * pair)]),
  ],
});

export const reductionRoutines: readonly WasmFunction[] = [
  columnSums('wideColumnSums', WIDE_COLUMNS),
  columnSums('narrowColumnSums', NARROW_COLUMNS),
  columnSums('rowSums', ROW_STEP),
];

/** A matrix in memory: its rows lie side by side, or its columns do. */
export interface Matrix {
  /** Elements from one row to the next, or from one column to the next. */
  readonly step: number;
  readonly transposed: boolean;
}

/** A product of two matrices, its extents and how its operands lie. */
export interface ProductShape {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly a: Matrix;
  readonly b: Matrix;
  /** Elements from row to row of the result. */
  readonly cStep: number;
  /** Whether the product is added to what is there. */
  readonly accumulate: boolean;
}

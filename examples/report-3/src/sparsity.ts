import type { Lab, Measurement, Row } from '@espalier-examples/studies-kit';
import { BENCHMARK, extra } from './bench.js';

/** A row's name and its runs. */
export type Named = readonly [name: string, runs: readonly Measurement[]];

const MATRICES = [...BENCHMARK, 10];
const shares = (which: 'sparsity' | 'zeros') =>
  MATRICES.map((_, i) => ({
    label: `${i + 1}`,
    of: (run: Measurement) => extra(run)[which][i]!,
    digits: 3,
  }));

/** Sparsity of each weight matrix: of every penalty, and of L1 by its sub-gradient beside its proximal step. */
export function sparsityTables(lab: Lab, penalties: readonly Row[], ways: readonly Named[]): void {
  lab.table({
    title: 'Sparsity by weight matrix, from the input to the output',
    text: 'Share of |w| < 1e-4. Of seven matrices the study lists six: its last figure fits the matrix of the output.',
    columns: [...shares('sparsity'), { label: 'all', of: (r) => extra(r).overall, digits: 3 }],
    rows: penalties,
  });
  lab.table({
    title: 'L1 by sub-gradient and by proximal step: shares of |w| < 1e-4',
    text: "L1 by sub-gradient is the penalty of the table above. The proximal step follows Adam's and takes learning rate x coefficient off every weight, so that its coefficients do not compare with those of the penalty.",
    columns: [...shares('sparsity'), { label: 'all', of: (r) => extra(r).overall, digits: 3 }],
    rows: ways.map(([name, runs]) => ({ name, runs })),
  });
  lab.table({
    title: 'L1 by sub-gradient and by proximal step: shares of weights that are exactly 0',
    columns: [...shares('zeros'), { label: 'all', of: (r) => extra(r).zerosOverall, digits: 3 }],
    rows: ways.map(([name, runs]) => ({ name, runs })),
  });
}

import { elasticNet, l1, l2, type Plugin } from 'espalier';
import type { Column, Lab, Measurement, Row } from '@espalier-examples/studies-kit';

/** L1, L2 and both, in every scaling; the runs of those in the study's code are given. */
export async function scalings(
  lab: Lab,
  columns: readonly Column[],
  done: { readonly lambda: number; readonly l1: readonly Measurement[]; readonly l2: readonly Measurement[] },
  run: (name: string, penalty: Plugin) => Promise<Measurement[]>,
): Promise<void> {
  const { lambda } = done;
  const scaled: Row[] = [
    { name: 'L1, norm and sum', runs: done.l1 },
    { name: 'L2, norm', runs: done.l2 },
  ];
  const penalties = {
    'L2, sum': l2({ lambda }),
    'elastic net, sum': elasticNet({ l1: lambda, l2: lambda }),
    'L1, half': l1({ lambda, scaling: 'half' }),
    'L2, half': l2({ lambda, scaling: 'half' }),
    'L1, per-sample': l1({ lambda, scaling: 'per-sample' }),
    'L2, per-sample': l2({ lambda, scaling: 'per-sample' }),
    'elastic net, per-sample': elasticNet({ l1: lambda, l2: lambda, scaling: 'per-sample' }),
  };
  for (const [name, penalty] of Object.entries(penalties).slice(0, lab.size(7, 1)))
    scaled.push({ name, runs: await run(name, penalty) });
  lab.table({
    title: 'L1, L2 and both, in every scaling',
    text: 'norm: lambda |w| as in its code (of L2 the root of the sum of squares); per-sample: lambda / (2 m) as in its formulas, m = 64; sum: lambda times the sum; half: lambda / 2 times the sum.',
    columns,
    rows: scaled,
  });
}

import { l1, lineChart } from 'espalier';
import { type Images, type Lab, mean, type Row } from '@espalier-examples/studies-kit';
import { extra, least, test, trainer } from './bench.js';

/** Networks of one number of neurons and several depths. */
export async function depths(lab: Lab, images: Images): Promise<void> {
  const run = trainer(lab, images);
  const rows: Row[] = [];
  const byDepth = [];
  const byWidth = [];
  for (const width of [64, 512].slice(0, lab.size(2, 1))) {
    const nets = [
      Array(8).fill(width / 8),
      Array(4).fill(width / 4),
      [width / 2, width / 4, width / 4],
      [width / 2, width / 2],
      [width],
    ] as number[][];
    const points: { readonly depth: number; readonly widest: number; readonly y: number }[] = [];
    for (const hidden of nets) {
      const name = hidden.join('-');
      const runs = await run(`L1 0.0001, ${name}`, l1({ lambda: 1e-4 }), { hidden });
      rows.push({ name, note: `${width} neurons`, runs });
      if (runs.length > 0)
        points.push({ depth: hidden.length, widest: Math.max(...hidden), y: mean(runs.map(test)) });
    }
    if (points.length === 0) continue;
    byDepth.push({ name: `${width} neurons`, points: points.map(({ depth, y }) => ({ x: depth, y })) });
    byWidth.push({ name: `${width} neurons`, points: points.map(({ widest, y }) => ({ x: widest, y })) });
  }
  lab.table({
    title: 'Depth at equal numbers of neurons, with L1 0.0001',
    columns: [
      { label: 'least validation loss', of: least('val_loss'), digits: 4 },
      { label: 'test accuracy', of: test, digits: 4 },
      { label: 'sparsity', of: (r) => extra(r).overall, digits: 3 },
    ],
    rows,
  });
  if (byDepth.length === 0) return;
  lab.picture('depth', 'Test accuracy against depth and against the widest layer', [
    lineChart({
      title: 'Test accuracy against depth',
      xLabel: 'Hidden layers',
      yLabel: 'Test accuracy',
      series: byDepth,
    }),
    lineChart({
      title: 'Test accuracy against the widest layer',
      xLabel: 'Neurons of the widest layer',
      yLabel: 'Test accuracy',
      xScale: 'log',
      series: byWidth,
    }),
  ]);
}

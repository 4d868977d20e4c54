import { lineChart } from 'espalier';
import { greater, type Images, type Lab, mean, type Measurement } from '@espalier-examples/studies-kit';
import { columns, dev, tanh, trainer } from './bench.js';

/** Batches of 1 to 160. */
export async function batchSizes(lab: Lab, images: Images): Promise<void> {
  const run = trainer(lab, images);
  const bySize: { size: number; runs: Measurement[] }[] = [];
  for (const size of [160, 130, 100, 70, 40, 10, 1].slice(0, lab.size(7, 3))) {
    bySize.unshift({ size, runs: await run(`batch ${size}`, { ...tanh, batchSize: size, epochs: 5 }) });
  }
  lab.table({
    title: 'Batch sizes',
    text: '128-128 tanh, 5 epochs.',
    columns,
    rows: bySize.map(({ size, runs }) => ({ name: `batch ${size}`, runs })),
  });
  lab.claim(
    'Dev accuracy falls as the batch grows',
    bySize
      .slice(1)
      .map(({ size, runs }, i) =>
        greater([`batch ${bySize[i]!.size}`, bySize[i]!.runs], [`batch ${size}`, runs], dev),
      ),
  );
  const points = bySize
    .filter(({ runs }) => runs.length > 0)
    .map(({ size, runs }) => ({ x: size, y: mean(runs.map(dev)) }));
  lab.picture(
    'batch-size',
    'Dev accuracy against batch size, in percent',
    points.length === 0
      ? []
      : lineChart({
          title: 'Dev accuracy against batch size',
          xLabel: 'Batch size',
          yLabel: 'Dev accuracy, %',
          xScale: 'log',
          series: [{ name: '128-128 tanh', points }],
        }),
  );
}

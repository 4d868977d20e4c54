import type { Images, Lab, Row } from '@espalier-examples/studies-kit';
import { columns, dev, train, trainer } from './bench.js';

/** 800-800-800 three ways, and tries to overfit. */
export async function wideNetworks(lab: Lab, images: Images): Promise<void> {
  const run = trainer(lab, images);
  const wide = {
    hidden: [800, 800, 800],
    activation: 'relu' as const,
    batchSize: 10,
    epochs: 20,
  };
  const plain = await run('800-800-800', wide);
  const decayed = await run('800-800-800, weight decay', { ...wide, decay: 0.001 });
  const dropped = await run('800-800-800, dropout', { ...wide, dropout: 0.5 });
  lab.table({
    title: '800-800-800 three ways',
    text: 'ReLU, batches of 10, 20 epochs.',
    columns,
    rows: [
      { name: 'none', runs: plain, published: '99.89 98.11 98.05' },
      { name: 'weight decay 0.001', runs: decayed, published: '99.18 97.94 97.88' },
      { name: 'dropout 0.5', runs: dropped, published: '99.89 98.07 98.16' },
    ],
  });
  lab.curves(
    'wide',
    '800-800-800: loss and accuracy per epoch',
    { none: plain, 'weight decay': decayed, dropout: dropped },
    ['loss', 'accuracy'],
  );

  const tries: Row[] = [];
  for (const hidden of [
    [512, 256, 128, 64, 32, 16],
    [800, 800, 800],
    [800, 512, 256, 800, 1200],
  ]) {
    const name = hidden.join('-');
    const runs = await run(`${name}, batch 8000`, {
      hidden,
      activation: 'relu',
      batchSize: 8000,
      epochs: 300,
      seeds: 1,
    });
    tries.push({ name, runs });
  }
  lab.table({
    title: 'Tries to overfit',
    text: 'ReLU, batches of 8000, 300 epochs: 2,100 steps in all.',
    columns,
    rows: tries,
  });
  const gaps = tries.flatMap(({ runs }) => runs.map((r) => train(r) - dev(r)));
  if (gaps.length > 0)
    lab.finding(
      'None of them overfits',
      Math.max(...gaps) < 1,
      `training minus dev accuracy at most ${Math.max(...gaps).toFixed(2)} points`,
    );
}

import { l2 } from 'espalier';
import {
  greater,
  type Images,
  type Lab,
  mean,
  type Measurement,
  type Row,
} from '@espalier-examples/studies-kit';
import { extra, least, test, trainer } from './bench.js';

/** Three activations on one network, whose runs with ReLU are given. */
export async function activations(lab: Lab, images: Images, relu: readonly Measurement[]): Promise<void> {
  const run = trainer(lab, images);
  const figures = {
    relu: '23 0.0925 0.9792 0.201',
    tanh: '26 0.0841 0.9797 0.086',
    sigmoid: '36 0.1793 0.9527 0.121',
  };
  const activationRows: Row[] = [];
  for (const activation of ['relu', 'tanh', 'sigmoid'] as const) {
    const runs =
      activation === 'relu'
        ? relu
        : await run(`L2 0.001, ${activation}`, l2({ lambda: 1e-3 }), { activation });
    activationRows.push({ name: activation, runs, published: figures[activation] });
  }
  activationRows.push({
    name: 'sigmoid, no penalty',
    runs: await run('none, sigmoid', undefined, { activation: 'sigmoid' }),
    published: figures.sigmoid,
  });
  lab.table({
    title: 'Activations, with L2 0.001',
    text: 'The study says the best network; of its rows the sparsity of this one fits. Sigmoid does not learn with that penalty; without one it does.',
    columns: [
      { label: 'epochs', of: (r) => r.epochs.length, digits: 1 },
      { label: 'least validation loss', of: least('val_loss'), digits: 4 },
      { label: 'test accuracy', of: test, digits: 4 },
      { label: 'mean sparsity', of: (r) => mean(extra(r).sparsity), digits: 3 },
    ],
    rows: activationRows,
  });
  const of = (name: string) => [name, activationRows.find((row) => row.name === name)!.runs] as const;
  lab.claim('tanh and ReLU are better than sigmoid on the test images', [
    greater(of('tanh'), of('sigmoid, no penalty'), test, { unit: '', digits: 4 }),
    greater(of('relu'), of('sigmoid, no penalty'), test, { unit: '', digits: 4 }),
  ]);
  lab.curves(
    'activations',
    'Activations: loss per epoch',
    Object.fromEntries(activationRows.map(({ name, runs }) => [name, runs])),
    ['loss'],
  );
}

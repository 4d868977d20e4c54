import { barChart, featureMapGrid, kernelGrid, perClassAccuracy } from 'espalier';
import {
  accuracyOf,
  deviation,
  type Lab,
  lossOf,
  mean,
  type Measurement,
} from '@espalier-examples/studies-kit';
import { fashionRuns } from './fashion-runs.js';
import type { Grid } from './layer-grids.js';

const CLASSES = [
  'T-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'boot',
];
const ofClass = (k: number) => (run: Measurement) =>
  100 * perClassAccuracy(run.test['confusionMatrix'] as number[][])[k]!;

/** Part 2: two networks on Fashion-MNIST. */
export async function fashion(lab: Lab): Promise<void> {
  const { 'MLP, plain SGD': plain, MLP: flat, CNN: convolutional } = await fashionRuns(lab);
  lab.table({
    title: 'Fashion-MNIST',
    text: 'MLP 784-256-128-64-10, dropout 0.1, SGD 0.01, plain and with momentum 0.9: the study names the rate alone. CNN: two blocks of 16 and 32 filters, dropout 0.25, dense layers of 128 and 64, Adam 0.001, weight decay 4.33e-5. Batches of 64, 20 epochs.',
    columns: [
      { label: 'test %', of: accuracyOf('test') },
      { label: 'validation loss', of: lossOf('validation'), digits: 4 },
    ],
    rows: [
      { name: 'MLP, plain SGD', runs: plain, published: '88 0.4317' },
      { name: 'MLP', note: 'momentum 0.9', runs: flat, published: '88 0.4317' },
      { name: 'CNN', runs: convolutional, published: '91.1 0.1265' },
    ],
  });
  const classes = (name: string, runs: readonly Measurement[], published: readonly string[]) => {
    lab.table({
      title: `${name}: accuracy by class`,
      columns: [{ label: 'accuracy %', of: accuracyOf('test'), digits: 1 }],
      rows: CLASSES.map((label, k) => ({
        name: label,
        runs,
        published: published[k]!,
        figures: [ofClass(k)],
      })),
    });
    if (runs.length === 0) return;
    lab.picture(
      `classes-${name.replace(/[^a-z0-9]+/gi, '-')}`,
      `${name}: accuracy by class, in percent`,
      barChart({
        ...(runs.length > 1 && { errorLabel: '± 1 standard deviation' }),
        title: `${name}: accuracy by class, %`,
        bars: CLASSES.flatMap((label, k) => [
          { label, series: 'published', value: Number(published[k]) },
          {
            label,
            series: 'measured',
            value: mean(runs.map(ofClass(k))),
            ...(runs.length > 1 && { error: deviation(runs.map(ofClass(k))) }),
          },
        ]),
        digits: 1,
      }),
    );
  };
  const publishedMlp = '83.1 96.5 69.8 83.9 84.6 93.6 75.7 97.5 97.0 94.3'.split(' ');
  classes('MLP, plain SGD', plain, publishedMlp);
  classes('MLP', flat, publishedMlp);
  classes('CNN', convolutional, '76.7 97.9 85.4 91.4 85.0 98.6 78.2 92.7 98.3 98.7'.split(' '));
  lab.curves(
    'fashion',
    'Fashion-MNIST: loss and accuracy per epoch',
    { 'MLP, plain SGD': plain, MLP: flat, CNN: convolutional },
    ['loss', 'accuracy'],
  );
  for (const run of convolutional.slice(0, 1)) {
    const extra = run.extra as unknown as { maps: Record<string, Grid>; kernels: Record<string, Grid> };
    lab.picture(
      'kernels',
      'Kernels of both convolutions',
      Object.entries(extra.kernels).map(([name, kernel]) => kernelGrid({ name, ...kernel })),
    );
    lab.picture(
      'maps',
      'Activation maps of both convolutions for the first test image',
      Object.entries(extra.maps).map(([name, { shape, values }]) =>
        featureMapGrid({ name, shape: shape.slice(1), values }),
      ),
    );
  }
}

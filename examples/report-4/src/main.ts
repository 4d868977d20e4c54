import {
  clipGradients,
  type Dataset,
  gaussianNoise,
  lineChart,
  mlp,
  mnist,
  type Plugin,
  sgd,
  split,
} from 'espalier';
import { greater, mean, type Measurement, percentOf, type Row, study } from '@espalier-examples/studies-kit';
import { distort } from './distort.js';

type Activation = 'relu' | 'tanh' | 'sigmoid';

interface Plan {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly batchSize: number;
  readonly epochs: number;
  readonly dropout?: number;
  readonly decay?: number;
  readonly plugins?: () => readonly Plugin[];
  readonly seeds?: number;
  readonly train?: Dataset;
  /** A second test set; its accuracy is kept beside the first. */
  readonly alsoOn?: Dataset;
}

const columns = [
  { label: 'train %', of: (run: Measurement) => percentOf(run.train) },
  { label: 'dev %', of: (run: Measurement) => percentOf(run.validation) },
  { label: 'test %', of: (run: Measurement) => percentOf(run.test) },
];
const [train, dev, test] = columns.map(({ of }) => of) as [Figure, Figure, Figure];
type Figure = (run: Measurement) => number;

await study(
  {
    name: 'report-4',
    title: 'Report 4: a multi-layer perceptron with parameters, on MNIST',
    about:
      'Networks of several widths and depths on MNIST (50,000 training, 10,000 dev, 10,000 test images), trained by plain SGD with ' +
      'learning rate 0.01 on the negative log-likelihood. Weights of tanh networks start Xavier-uniform, the others as in PyTorch.',
    program: import.meta.url,
    seeds: 3,
  },
  async (lab) => {
    const { train: all, test: testImages } = await lab.data((at) => mnist({ flatten: true, ...at }), [784]);
    const [images, validation] = split(all, { fractions: [5 / 6, 1 / 6], seed: 1 });

    const run = (name: string, plan: Plan) =>
      lab.train({
        name,
        train: plan.train ?? images,
        validation,
        test: testImages,
        epochs: lab.size(plan.epochs, 1),
        batchSize: plan.batchSize,
        ...(plan.seeds !== undefined && { seeds: plan.seeds }),
        setup: (seed) => ({
          model: mlp({
            inputs: 784,
            hidden: plan.hidden,
            outputs: 10,
            activation: plan.activation,
            initializer: plan.activation === 'tanh' ? 'glorotUniform' : 'torchUniform',
            dropout: plan.dropout ?? 0,
            seed,
          }),
          optimizer: sgd({ learningRate: 0.01, l2: plan.decay ?? 0 }),
          plugins: plan.plugins?.() ?? [],
        }),
        measure: async ({ trainer }) => (plan.alsoOn ? percentOf(await trainer.evaluate(plan.alsoOn)) : null),
      });

    const published: Record<string, readonly number[]> = {
      '128-128 relu': [91.33, 92.2, 91.7],
      '128-128 tanh': [92.17, 92.57, 92.66],
      '128-128 sigmoid': [33.28, 40.28, 40.99],
      '128-64-32-16 relu': [91.23, 92.1, 91.74],
      '128-64-32-16 tanh': [92.36, 92.85, 92.66],
      '128-64-32-16 sigmoid': [33.29, 38.71, 37.74],
    };
    const byActivation: Record<string, Measurement[]> = {};
    const activationRows: Row[] = [];
    for (const hidden of [
      [128, 128],
      [128, 64, 32, 16],
    ]) {
      for (const activation of ['relu', 'tanh', 'sigmoid'] as const) {
        const name = `${hidden.join('-')} ${activation}`;
        const runs = (byActivation[name] = await run(name, {
          hidden,
          activation,
          batchSize: 100,
          epochs: 10,
        }));
        activationRows.push({ name, runs, published: published[name]! });
      }
    }
    const tanh = { hidden: [128, 128], activation: 'tanh' as const };
    const clipped = await run('128-128 tanh, clipped', {
      ...tanh,
      batchSize: 100,
      epochs: 10,
      plugins: () => [clipGradients({ globalNorm: 1 })],
    });
    activationRows.push({ name: '128-128 tanh, gradients clipped at norm 1', runs: clipped });
    lab.table({ title: 'Activations', text: 'Batches of 100, 10 epochs.', columns, rows: activationRows });
    lab.claim(
      'tanh is better than ReLU on the test images',
      ['128-128', '128-64-32-16'].map((net) =>
        greater(
          [`${net} tanh`, byActivation[`${net} tanh`]!],
          [`${net} relu`, byActivation[`${net} relu`]!],
          test,
        ),
      ),
    );
    lab.claim(
      'Sigmoid is far behind (by more than 30 points)',
      ['128-128', '128-64-32-16'].map((net) =>
        greater(
          [`${net} relu`, byActivation[`${net} relu`]!],
          [`${net} sigmoid`, byActivation[`${net} sigmoid`]!],
          test,
          { by: 30 },
        ),
      ),
    );
    lab.curves('activations', 'Loss and accuracy per epoch', byActivation, ['loss', 'accuracy']);

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
    lab.picture(
      'batch-size',
      'Dev accuracy against batch size, in percent',
      lineChart({
        title: 'Dev accuracy against batch size',
        xLabel: 'Batch size',
        yLabel: 'Dev accuracy, %',
        xScale: 'log',
        series: [
          {
            name: '128-128 tanh',
            points: bySize.map(({ size, runs }) => ({ x: size, y: mean(runs.map(dev)) })),
          },
        ],
      }),
    );

    const [hardImages, hardTest] = [await distort(images, 1), await distort(testImages, 2)];
    const hard = {
      hidden: [128, 128],
      activation: 'relu' as const,
      batchSize: 10,
      epochs: 10,
      alsoOn: hardTest,
    };
    const clean = await run('clean images', hard);
    const noisy = await run('clean images, noise in training', {
      ...hard,
      plugins: () => [gaussianNoise({ stddev: 0.2 })],
    });
    const distorted = await run('distorted images', { ...hard, train: hardImages });
    const onHard: Figure = (r) => r.extra as number;
    lab.table({
      title: 'Noise and distortion, the idea that it closes with',
      text: '128-128 ReLU, batches of 10, 10 epochs. Distorted: turned by up to 15 degrees, shifted by up to 2 pixels, noise of 0.2; each test image both as it is and distorted.',
      columns: [...columns, { label: 'distorted test %', of: onHard }],
      rows: [
        { name: 'clean images', runs: clean },
        { name: 'clean images, noise in training', runs: noisy },
        { name: 'distorted images', runs: distorted },
      ],
    });
    lab.claim('Training on distorted images pays on distorted ones', [
      greater(['distorted', distorted], ['clean', clean], onHard),
    ]);
    lab.claim('Noise alone does, too', [greater(['noise', noisy], ['clean', clean], onHard)]);

    const wide = {
      hidden: [800, 800, 800],
      activation: 'relu' as const,
      batchSize: 10,
      epochs: 20,
      seeds: 1,
    };
    const plain = await run('800-800-800', wide);
    const decayed = await run('800-800-800, weight decay', { ...wide, decay: 0.001 });
    const dropped = await run('800-800-800, dropout', { ...wide, dropout: 0.5 });
    lab.table({
      title: '800-800-800 three ways',
      text: 'ReLU, batches of 10, 20 epochs.',
      columns,
      rows: [
        { name: 'none', runs: plain, published: [99.89, 98.11, 98.05] },
        { name: 'weight decay 0.001', runs: decayed, published: [99.18, 97.94, 97.88] },
        { name: 'dropout 0.5', runs: dropped, published: [99.89, 98.07, 98.16] },
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
  },
);

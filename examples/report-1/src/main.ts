import {
  adam,
  earlyStopping,
  fashionMnist,
  l1,
  l2,
  mlp,
  type MlpOptions,
  type Plugin,
  split,
} from 'espalier';
import { accuracyOf, greater, type Measurement, type Row, study } from '@espalier-examples/studies-kit';
import { pictures } from './pictures.js';
import { scalings } from './scalings.js';

interface Variant {
  readonly network?: Partial<MlpOptions>;
  readonly plugins?: () => readonly Plugin[];
  readonly epochs?: number;
  /** The optimizer's `weight_decay` in PyTorch's words. */
  readonly coupledDecay?: number;
}

const [train, test] = [accuracyOf('train'), accuracyOf('test')];
const gap = (run: Measurement) => train(run) - test(run);

await study(
  {
    name: 'report-1',
    title: 'Report 1: regularising networks on Fashion-MNIST',
    about:
      'Three multi-layer perceptrons on Fashion-MNIST (50,000 training, 10,000 validation, 10,000 test images), and six ways to ' +
      'regularise the third. Adam with learning rate 0.001, batches of 64, ReLU, 15 epochs unless said otherwise.',
    program: import.meta.url,
  },
  async (lab) => {
    const { train: all, test: testImages } = await lab.data(() => fashionMnist({ flatten: true }), [784]);
    const [images, validation] = split(all, { fractions: [5 / 6, 1 / 6], seed: 1 });

    const run = (name: string, { network, plugins, epochs = 15, coupledDecay = 0 }: Variant = {}) =>
      lab.train({
        name,
        train: images,
        validation,
        test: testImages,
        epochs: lab.size(epochs, 2),
        batchSize: 64,
        setup: (seed) => ({
          model: mlp({
            inputs: 784,
            hidden: [64, 128, 256],
            outputs: 10,
            initializer: 'torchUniform',
            seed,
            ...network,
          }),
          optimizer: adam({ learningRate: 0.001, l2: coupledDecay }),
          plugins: plugins?.() ?? [],
        }),
      });
    const lambda = 0.001;

    const simple = await run('simple', { network: { hidden: [64, 64] } });
    const second = await run('second', { network: { hidden: [128, 128] } });
    const third = await run('third');
    const dropout = await run('third + dropout', { network: { dropout: 0.25 } });
    const stopped = await run('third + early stopping', {
      epochs: 20,
      plugins: () => [earlyStopping({ monitor: 'val_loss', patience: 3 })],
    });
    const batchNorm = await run('third + batch norm', {
      network: {
        batchNormalization: 'after-activation',
        batchNormalizationMomentum: 0.9,
        normalizationEpsilon: 1e-5,
      },
    });
    const l1Sum = await run('third + L1', { plugins: () => [l1({ lambda, scaling: 'norm' })] });
    const l2Norm = await run('third + L2', { plugins: () => [l2({ lambda, scaling: 'norm' })] });
    const decay = await run('third + weight decay', { coupledDecay: lambda });

    const columns = [
      { label: 'train %', of: train },
      { label: 'test %', of: test },
      { label: 'gap', of: gap },
      { label: 'epochs', of: (r: Measurement) => r.epochs.length, digits: 1 },
    ];
    const rows: Row[] = [
      { name: 'simple', note: '784-64-64-10', runs: simple, published: '91.69 88.02' },
      { name: 'second', note: '784-128-128-10', runs: second, published: '~92 87.21' },
      { name: 'third', note: '784-64-128-256-10', runs: third, published: '92.20 88' },
      { name: 'third + dropout', note: '0.25', runs: dropout, published: '91.55 87.62' },
      {
        name: 'third + early stopping',
        note: 'patience 3',
        runs: stopped,
        published: '90.52 86.56 - 11',
      },
      {
        name: 'third + batch norm',
        note: 'after the activation',
        runs: batchNorm,
        published: '~93 88.46',
      },
      { name: 'third + L1', note: 'lambda 0.001', runs: l1Sum, published: '83.73 82.43' },
      { name: 'third + L2', note: 'lambda 0.001', runs: l2Norm, published: '91.66 87.73' },
      { name: 'third + weight decay', note: 'coupled, 0.001', runs: decay, published: '~90 86.86' },
    ];
    lab.table({
      title: 'The nine rows',
      text: 'Accuracies are those of the final weights, without dropout; the gap is training minus test accuracy. L1 and L2 are as in the code of the study: lambda times the norm.',
      columns,
      rows,
    });

    await scalings(lab, columns, { lambda, l1: l1Sum, l2: l2Norm }, (name, penalty) =>
      run(`third + ${name}`, { plugins: () => [penalty] }),
    );

    const baseline = ['third', third] as const;
    lab.claim('L1 closes the gap between training and test accuracy', [
      greater(baseline, ['L1', l1Sum], gap),
    ]);
    lab.claim('L1 costs accuracy on the test images', [greater(baseline, ['L1', l1Sum], test)]);
    lab.claim('L2 narrows the gap', [greater(baseline, ['L2', l2Norm], gap)]);
    lab.claim('Weight decay narrows the gap', [greater(baseline, ['weight decay', decay], gap)]);
    lab.claim('Dropout narrows the gap', [greater(baseline, ['dropout', dropout], gap)]);
    lab.claim('Early stopping narrows the gap', [greater(baseline, ['early stopping', stopped], gap)]);
    lab.claim(
      'Batch normalisation has the best test accuracy',
      rows
        .filter(({ runs }) => runs !== batchNorm)
        .map(({ name, runs }) => greater(['batch norm', batchNorm], [name, runs], test)),
    );

    pictures(lab, rows, test);
  },
);

import {
  adam,
  cifar10,
  imageFolder,
  type InitializerName,
  l1,
  l2,
  lineChart,
  mlp,
  type MlpOptions,
  type Plugin,
  sgd,
  split,
  take,
} from 'espalier';
import { greater, type Measurement, percentOf, type Row, study } from '@espalier-examples/studies-kit';
import { weightLog } from './weight-log.js';

const DEEP = Array<number>(8).fill(64);
const LAYERS = DEEP.map((_, i) => `hidden_${i + 1}`);
const loss = (part: 'train' | 'validation' | 'test') => (run: Measurement) => run[part]!['loss'] as number;
const accuracy = (part: 'train' | 'validation' | 'test') => (run: Measurement) => percentOf(run[part]);
const test = accuracy('test');
/** How far the loss falls from the first epoch to the last. */
const fall = (run: Measurement) => run.epochs[0]!['loss']! - run.epochs.at(-1)!['loss']!;
/** The most that the mean or the deviation of a weight matrix differs between two epochs. */
const statisticsRange = (run: Measurement) =>
  Math.max(
    ...LAYERS.flatMap((layer) =>
      ['mean', 'deviation'].map((what) => {
        const values = run.epochs.map((epoch) => epoch[`${what} ${layer}`]!);
        return Math.max(...values) - Math.min(...values);
      }),
    ),
  );
/** Mean distance of the first layer's weights from those after the first epoch. */
const moved = (run: Measurement) => run.epochs.at(-1)!['moved hidden_1']!;

await study(
  {
    name: 'report-5',
    title: 'Report 5: CIFAR-10 and Gurmukhi digits; vanishing gradients and their cures',
    about:
      'A deep sigmoid network whose gradients vanish, seen by three signs and cured in three ways; L1, L2 and dropout on handwritten ' +
      'Gurmukhi digits (1,000 training and 178 test images); and three activations on CIFAR-10 (45,000 training, 5,000 validation, 10,000 ' +
      'test images). The study leaves widths and optimizers open: those here are ours.',
    program: import.meta.url,
    seeds: 3,
  },
  async (lab) => {
    const digits = await lab.data(
      async ({ dir = process.env['ESPALIER_DATA_DIR'] ?? 'data' }) => {
        const options = { channels: 1, flatten: true } as const;
        const train = await imageFolder({ dir: `${dir}/gurmukhi-digits/train`, ...options });
        const classNames = train.classNames!;
        return {
          train,
          test: await imageFolder({ dir: `${dir}/gurmukhi-digits/val`, classNames, ...options }),
        };
      },
      [1024],
    );
    const small = async (name: string, network: Partial<MlpOptions>, plugins: () => readonly Plugin[]) =>
      lab.train({
        name: `Gurmukhi, ${name}`,
        ...digits,
        epochs: lab.size(60, 2),
        batchSize: 32,
        setup: (seed) => ({
          model: mlp({ inputs: 1024, hidden: [128, 64], outputs: 10, seed, ...network }),
          optimizer: adam(),
          plugins: plugins(),
        }),
      });
    const none = await small('none', {}, () => []);
    const withL1 = await small('L1', {}, () => [l1({ lambda: 1e-4 })]);
    const withL2 = await small('L2', {}, () => [l2({ lambda: 1e-3 })]);
    const dropout = await small('dropout', { dropout: 0.25 }, () => []);
    lab.table({
      title: 'Gurmukhi digits: L1, L2, dropout',
      text: '1024-128-64-10, ReLU, Adam, batches of 32, 60 epochs. Its figures are not given, only their order: L2, dropout, L1, all above none.',
      columns: [
        { label: 'train %', of: accuracy('train') },
        { label: 'test %', of: test },
        { label: 'test loss', of: loss('test'), digits: 3 },
      ],
      rows: [
        { name: 'none', runs: none },
        { name: 'L1 0.0001', runs: withL1 },
        { name: 'L2 0.001', runs: withL2 },
        { name: 'dropout 0.25', runs: dropout },
      ],
    });
    lab.claim('All three raise test accuracy', [
      greater(['L1', withL1], ['none', none], test),
      greater(['L2', withL2], ['none', none], test),
      greater(['dropout', dropout], ['none', none], test),
    ]);
    lab.claim('L2 is better than dropout, dropout better than L1', [
      greater(['L2', withL2], ['dropout', dropout], test),
      greater(['dropout', dropout], ['L1', withL1], test),
    ]);
    lab.curves('gurmukhi', 'Gurmukhi digits: loss per epoch', { none, L1: withL1, L2: withL2, dropout }, [
      'loss',
      'accuracy',
    ]);

    const cifar = await lab.data((at) => cifar10({ format: 'jpeg', flatten: true, ...at }), [3072]);
    const [images, validation] = split(cifar.train, { fractions: [0.9, 0.1], seed: 1 });
    const few = take(images, Math.min(10_000, images.size));
    const deep = (
      name: string,
      network: Partial<MlpOptions>,
      initializer: InitializerName = 'torchUniform',
    ) =>
      lab.train({
        name: `deep, ${name}`,
        train: few,
        validation,
        test: cifar.test,
        epochs: lab.size(20, 2),
        batchSize: 64,
        setup: (seed) => ({
          model: mlp({
            inputs: 3072,
            hidden: DEEP,
            outputs: 10,
            activation: 'sigmoid',
            initializer,
            seed,
            ...network,
          }),
          optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }),
          plugins: [weightLog()],
        }),
      });
    const sick = await deep('sigmoid', {});
    const cures: Row[] = [
      { name: 'ReLU', runs: await deep('ReLU', { activation: 'relu' }, 'heNormal') },
      { name: 'leaky ReLU', runs: await deep('leaky ReLU', { activation: 'leakyRelu' }, 'heNormal') },
      { name: 'ELU', runs: await deep('ELU', { activation: 'elu' }, 'heNormal') },
      {
        name: 'batch normalisation',
        runs: await deep('batch norm', {
          batchNormalization: 'before-activation',
          batchNormalizationMomentum: 0.9,
        }),
      },
      { name: 'Xavier start', runs: await deep('Xavier', {}, 'glorotUniform') },
    ];
    lab.table({
      title: 'Vanishing gradients: three signs, three cures',
      text: "3072-64 x 8-10 on 10,000 images, SGD 0.01 with momentum 0.9, batches of 64, 20 epochs. The signs: the loss stands still; mean and deviation of each layer's weights move less than 0.003; the first layer's weights after the last epoch are those after the first.",
      columns: [
        { label: 'fall of the loss', of: fall, digits: 3 },
        { label: 'range of mean and deviation', of: statisticsRange, digits: 4 },
        { label: 'first layer moved', of: moved, digits: 5 },
        { label: 'train %', of: accuracy('train') },
        { label: 'test %', of: test },
      ],
      rows: [{ name: 'sigmoid', runs: sick }, ...cures],
    });
    for (const run of sick.slice(0, 1)) {
      lab.finding(
        'The deep sigmoid network shows all three signs',
        fall(run) < 0.05 && statisticsRange(run) < 0.003 && moved(run) < 0.003,
        `loss falls by ${fall(run).toFixed(3)}, mean and deviation move by ${statisticsRange(run).toFixed(4)}, the first layer by ${moved(run).toFixed(5)}`,
      );
    }
    for (const { name, runs } of cures) {
      lab.claim(`${name} cures it`, [
        greater([name, runs], ['sigmoid', sick], (r) => percentOf(r.train), { by: 5 }),
      ]);
      for (const [file, which, [first]] of [
        ['weights-sigmoid', 'sigmoid', sick],
        ['weights-relu', 'ReLU', runs],
      ] as const) {
        if (name === 'ReLU' && first)
          lab.picture(
            file,
            `Deep network, ${which}: mean and deviation of each layer's weights`,
            ['mean', 'deviation'].map((what) =>
              lineChart({
                title: `${which}: ${what} of the weights`,
                xLabel: 'Epoch',
                series: LAYERS.map((layer) => ({
                  name: layer,
                  points: first.epochs.map((e) => e[`${what} ${layer}`]!),
                })),
              }),
            ),
          );
      }
    }
    lab.curves(
      'deep',
      'Deep networks: loss per epoch',
      Object.fromEntries([['sigmoid', sick], ...cures.map(({ name, runs }) => [name, runs] as const)]),
      ['loss'],
    );

    const published = {
      sigmoid: [1.172, 57.77, 1.487, 48.72, 1.462, 49.43],
      tanh: [1.351, 51.54, 1.535, 46.3, 1.502, 46.21],
      relu: [0.809, 71.05, 1.582, 51.62, 1.511, 51.92],
    };
    const wide: Record<string, Measurement[]> = {};
    for (const activation of ['relu', 'sigmoid', 'tanh'] as const) {
      wide[activation] = await lab.train({
        name: `CIFAR-10, ${activation}`,
        train: images,
        validation,
        test: cifar.test,
        epochs: lab.size(40, 1),
        batchSize: 128,
        seeds: 1,
        setup: (seed) => ({
          model: mlp({ inputs: 3072, hidden: [256, 128], outputs: 10, activation, seed }),
          optimizer: adam(),
        }),
      });
    }
    lab.table({
      title: 'CIFAR-10 with three activations',
      text: '3072-256-128-10, Adam 0.001, batches of 128, 40 epochs; the JPEG version of the images.',
      columns: (['train', 'validation', 'test'] as const).flatMap((part) => [
        { label: `${part} loss`, of: loss(part), digits: 3 },
        { label: `${part} %`, of: accuracy(part) },
      ]),
      rows: Object.entries(published).map(([name, figures]) => ({
        name,
        runs: wide[name]!,
        published: figures,
      })),
    });
    lab.claim('ReLU is best on the test images, then sigmoid, then tanh', [
      greater(['ReLU', wide['relu']!], ['sigmoid', wide['sigmoid']!], test),
      greater(['sigmoid', wide['sigmoid']!], ['tanh', wide['tanh']!], test),
    ]);
    lab.curves('cifar-10', 'CIFAR-10: loss and accuracy per epoch', wide, ['loss', 'accuracy']);
  },
);

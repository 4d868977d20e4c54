import {
  type Dataset,
  health,
  type HealthEpoch,
  type HealthPlugin,
  type InitializerName,
  type Json,
  type LayerHealth,
  lineChart,
  mlp,
  type MlpOptions,
  sgd,
  take,
} from 'espalier';
import { greater, type Lab, type Measurement, percentOf, type Row } from '@espalier-examples/studies-kit';
import { accuracy, test } from './figures.js';

const DEEP = Array<number>(8).fill(64);
const LAYERS = DEEP.map((_, i) => `hidden_${i + 1}`);
/** How far the loss falls from the first epoch to the last. */
const fall = (run: Measurement) => run.epochs[0]!['loss']! - run.epochs.at(-1)!['loss']!;
/** What `health` found in a run. */
const found = (run: Measurement) =>
  run.extra as unknown as {
    readonly layers: readonly LayerHealth[];
    readonly epochs: readonly HealthEpoch[];
  };
const hidden = ({ layer }: { readonly layer: string }) => LAYERS.includes(layer);
/** How many of the hidden layers stand still: mean and deviation of their weights move by less than 0.003 over all epochs. */
const stillLayers = (run: Measurement) =>
  found(run).layers.filter((layer) => hidden(layer) && layer.signs?.weights).length;
/** Mean distance of the first layer's weights from those after the first epoch. */
const moved = (run: Measurement) => found(run).epochs.at(-1)!.layers[0]!.moved!;

/** A deep sigmoid network whose gradients vanish: three signs, three cures. */
export async function vanishing(
  lab: Lab,
  images: Dataset,
  validation: Dataset,
  testImages: Dataset,
): Promise<void> {
  const few = take(images, Math.min(10_000, images.size));
  const deep = (
    name: string,
    network: Partial<MlpOptions>,
    initializer: InitializerName = 'torchUniform',
  ) => {
    let watch: HealthPlugin;
    return lab.train({
      name: `deep, ${name}`,
      train: few,
      validation,
      test: testImages,
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
        plugins: [(watch = health())],
      }),
      measure: () => {
        const { layers, epochs } = watch.report();
        return JSON.parse(JSON.stringify({ layers, epochs })) as Json;
      },
    });
  };
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
    text: "3072-64 x 8-10 on 10,000 images, SGD 0.01 with momentum 0.9, batches of 64, 20 epochs. The signs: the loss stands still; mean and deviation of a layer's weights move by less than 0.003; the first layer's weights after the last epoch are those after the first.",
    columns: [
      { label: 'fall of the loss', of: fall, digits: 3 },
      { label: 'layers that stand still, of 8', of: stillLayers, digits: 1 },
      { label: 'first layer moved', of: moved, digits: 5 },
      { label: 'train %', of: accuracy('train') },
      { label: 'test %', of: test },
    ],
    rows: [{ name: 'sigmoid', runs: sick }, ...cures],
  });
  for (const run of sick.slice(0, 1)) {
    lab.finding(
      'The deep sigmoid network shows all three signs',
      fall(run) < 0.05 && stillLayers(run) === 8 && moved(run) < 0.003,
      `loss falls by ${fall(run).toFixed(3)}, ${stillLayers(run)} of 8 layers stand still, the first layer moves by ${moved(run).toFixed(5)}`,
    );
  }
  for (const run of sick.slice(0, 1)) {
    const { verdict, sentence } = found(run).layers[0]!;
    lab.finding(
      'The health of the first layer of the sigmoid network is: vanishing',
      verdict === 'vanishing',
      sentence,
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
          (['mean', 'deviation'] as const).map((what) =>
            lineChart({
              title: `${which}: ${what} of the weights`,
              xLabel: 'Epoch',
              series: LAYERS.map((layer) => ({
                name: layer,
                points: found(first).epochs.map(
                  ({ layers }) => layers.find((one) => one.layer === layer)![what]!,
                ),
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
}

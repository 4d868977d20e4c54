import {
  health,
  type HealthPlugin,
  type InitializerOption,
  type Json,
  mlp,
  type MlpOptions,
  sgd,
  take,
} from 'espalier';
import { accuracyOf, greater, type Images, type Lab, type Row } from '@espalier-examples/studies-kit';
import { DEEP, fall, healthTables, moved, signs, stillLayers, weightPictures } from './signs.js';

/** A deep sigmoid network whose gradients vanish: three signs, three cures. */
export async function vanishing(lab: Lab, images: Images): Promise<void> {
  const few = take(images.train, Math.min(10_000, images.train.size));
  const deep = (
    name: string,
    network: Partial<MlpOptions>,
    initializer: InitializerOption = 'torchUniform',
  ) => {
    let watch: HealthPlugin;
    return lab.train({
      name: `deep, ${name}`,
      ...images,
      train: few,
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
      measure: () => JSON.parse(JSON.stringify(watch.report())) as Json,
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
    {
      name: 'Xavier start, 4 times as wide',
      runs: await deep('Xavier x 4', {}, { name: 'glorotUniform', gain: 4 }),
    },
  ];
  lab.table({
    title: 'Vanishing gradients: three signs, three cures',
    text: "3072-64 x 8-10 on 10,000 images, SGD 0.01 with momentum 0.9, batches of 64, 20 epochs. The signs: the loss stands still; mean and deviation of a layer's weights move by less than 0.003; the first layer's weights after the last epoch are those after the first.",
    columns: [
      { label: 'fall of the loss', of: fall, digits: 3 },
      { label: 'layers that stand still, of 8', of: stillLayers, digits: 1 },
      { label: 'first layer moved', of: moved, digits: 5 },
      { label: 'train %', of: accuracyOf('train') },
      { label: 'test %', of: accuracyOf('test') },
    ],
    rows: [{ name: 'sigmoid', runs: sick }, ...cures],
  });
  signs(lab, sick);
  healthTables(lab, sick, cures);
  for (const { name, runs } of cures) {
    lab.claim(`${name} cures the vanishing gradient (training accuracy higher by more than 5 points)`, [
      greater([name, runs], ['sigmoid', sick], accuracyOf('train'), { by: 5 }),
    ]);
  }
  weightPictures(lab, 'sigmoid', sick);
  weightPictures(lab, 'ReLU', cures[0]!.runs);
  lab.curves(
    'deep',
    'Deep networks: loss per epoch',
    Object.fromEntries([['sigmoid', sick], ...cures.map(({ name, runs }) => [name, runs] as const)]),
    ['loss'],
  );
}

import { adam, cosineDecay, imageFolder, l1, l2, mlp, type MlpOptions, type Plugin } from 'espalier';
import { accuracyOf, greater, type Lab, lossOf } from '@espalier-examples/studies-kit';

/** L1, L2 and dropout on handwritten digits. */
export async function gurmukhi(lab: Lab): Promise<void> {
  const digits = await lab.data(async () => {
    const options = { channels: 1, flatten: true } as const;
    const train = await imageFolder({ dir: `${lab.dataFolder}/gurmukhi-digits/train`, ...options });
    const classNames = train.classNames!;
    return {
      train,
      test: await imageFolder({ dir: `${lab.dataFolder}/gurmukhi-digits/val`, classNames, ...options }),
    };
  }, [1024]);
  const epochs = lab.size(60, 2);
  const small = async (name: string, network: Partial<MlpOptions>, plugins: () => readonly Plugin[]) =>
    lab.train({
      name: `Gurmukhi, ${name}`,
      ...digits,
      epochs,
      batchSize: 32,
      setup: (seed) => ({
        model: mlp({ inputs: 1024, hidden: [128, 64], outputs: 10, seed, ...network }),
        // With a rate that does not fall, Adam jumps now and then once the loss is small, and a run may end in a jump.
        optimizer: adam({ learningRate: cosineDecay({ initialValue: 0.001, decayEpochs: epochs }) }),
        plugins: plugins(),
      }),
    });
  const none = await small('none', {}, () => []);
  const withL1 = await small('L1', {}, () => [l1({ lambda: 1e-4 })]);
  const withL2 = await small('L2', {}, () => [l2({ lambda: 1e-3 })]);
  const dropout = await small('dropout', { dropout: 0.25 }, () => []);
  lab.table({
    title: 'Gurmukhi digits: L1, L2, dropout',
    text: '1024-128-64-10, ReLU, Adam with a learning rate that falls from 0.001 to 0 along a cosine, batches of 32, 60 epochs. Its figures are not given, only their order: L2, dropout, L1, all above none.',
    columns: [
      { label: 'train %', of: accuracyOf('train') },
      { label: 'test %', of: accuracyOf('test') },
      { label: 'test loss', of: lossOf('test'), digits: 3 },
    ],
    rows: [
      { name: 'none', runs: none },
      { name: 'L1 0.0001', runs: withL1 },
      { name: 'L2 0.001', runs: withL2 },
      { name: 'dropout 0.25', runs: dropout },
    ],
  });
  lab.claim('All three raise test accuracy', [
    greater(['L1', withL1], ['none', none], accuracyOf('test')),
    greater(['L2', withL2], ['none', none], accuracyOf('test')),
    greater(['dropout', dropout], ['none', none], accuracyOf('test')),
  ]);
  lab.claim('L2 is better than dropout, dropout better than L1', [
    greater(['L2', withL2], ['dropout', dropout], accuracyOf('test')),
    greater(['dropout', dropout], ['L1', withL1], accuracyOf('test')),
  ]);
  lab.curves('gurmukhi', 'Gurmukhi digits: loss per epoch', { none, L1: withL1, L2: withL2, dropout }, [
    'loss',
    'accuracy',
  ]);
}

import { clipGradients, mlp } from 'espalier';
import { greater, type Images, type Lab, type Measurement, type Row } from '@espalier-examples/studies-kit';
import { columns, tanh, test, trainer } from './bench.js';

/** Activations, and clipped gradients. */
export async function activations(lab: Lab, images: Images): Promise<void> {
  const run = trainer(lab, images);
  const published: Record<string, string> = {
    '128-128 relu': '91.33 92.20 91.70',
    '128-128 tanh': '92.17 92.57 92.66',
    '128-128 sigmoid': '33.28 40.28 40.99',
    '128-64-32-16 relu': '91.23 92.10 91.74',
    '128-64-32-16 tanh': '92.36 92.85 92.66',
    '128-64-32-16 sigmoid': '33.29 38.71 37.74',
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
  lab.finding('An unknown activation is an error', ...refusal());
  lab.curves('activations', 'Loss and accuracy per epoch', byActivation, ['loss', 'accuracy']);
}

/** Whether an unknown activation is refused, and in which words. */
function refusal(): [isRefused: boolean, words: string] {
  try {
    mlp({ inputs: 784, hidden: [128, 128], outputs: 10, activation: 'tahn' as 'tanh' }).dispose();
    return [false, 'a network was made'];
  } catch (error) {
    return [true, (error as Error).message];
  }
}

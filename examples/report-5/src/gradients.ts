import { gradientCheck, mlp, softmaxCrossEntropy, take } from 'espalier';
import type { Dataset } from 'espalier';
import type { Lab } from '@espalier-examples/studies-kit';

/** The layer that is checked. */
const NAMED = 'hidden_2/kernel';

/** Central differences against back-propagation, for the weights of one named layer. */
export async function gradients(lab: Lab, images: Dataset): Promise<void> {
  const { inputs, targets } = await take(images, 16).batch(Uint32Array.from({ length: 16 }, (_, i) => i));
  const rows: string[][] = [];
  for (const activation of ['sigmoid', 'tanh', 'relu'] as const) {
    const model = mlp({ inputs: 3072, hidden: [256, 128], outputs: 10, activation, seed: 1 });
    const { verdict, sentence, parameters } = await gradientCheck(
      model,
      softmaxCrossEntropy(),
      { inputs, targets },
      { parameters: [NAMED], samples: lab.size(20, 4), executor: lab.executor },
    );
    model.dispose();
    const [checked] = parameters;
    for (const { index, analytic, numeric, relativeError, verdict: judged } of checked!.entries.slice(0, 5))
      rows.push([
        activation,
        `[${index.join(', ')}]`,
        analytic.toExponential(4),
        numeric.toExponential(4),
        Math.abs(analytic - numeric).toExponential(1),
        relativeError.toExponential(1),
        judged,
      ]);
    lab.finding(
      `Back-propagation agrees with central differences for ${NAMED} (${activation})`,
      verdict === 'right',
      sentence,
    );
  }
  lab.textTable({
    title: `Gradient check of ${NAMED}`,
    text: '3072-256-128-10 before training, 16 images, 20 entries of the layer: the five of the largest relative error. Back-propagation by the engine that trains, differences op by op in float32.',
    columns: [
      'activation',
      'entry',
      'back-propagation',
      'central difference',
      'difference',
      'relative',
      'verdict',
    ],
    rows,
  });
}

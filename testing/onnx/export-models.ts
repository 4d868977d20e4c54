/** Writes exported models with an input and what `model.predict` makes of it; see check_export.py. */
import '@tensorflow/tfjs-backend-cpu';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { exportOnnx } from '@espalier/compile';
import { cnn, mlp } from '@espalier/models';

const folder = process.argv[2]!;
await tf.setBackend('cpu');
mkdirSync(folder, { recursive: true });
const models = {
  mlp: mlp({
    inputs: 20,
    hidden: [16, 8],
    outputs: 4,
    dropout: 0.5,
    batchNormalization: 'before-activation',
    seed: 1,
  }),
  cnn: cnn({ inputs: [12, 12, 1], filters: [4, 8], dense: [16], outputs: 10, dropout: 0.25, seed: 1 }),
};
for (const [name, model] of Object.entries(models)) {
  const input = tf.randomNormal([7, ...(model.inputs[0]!.shape.slice(1) as number[])], 0, 1, 'float32', 3);
  const output = model.predict(input) as tf.Tensor;
  const plain = ({ shape }: tf.Tensor, data: ArrayLike<number>) => ({ shape, data: Array.from(data) });
  writeFileSync(join(folder, `${name}.onnx`), exportOnnx(model));
  const values = { input: plain(input, input.dataSync()), output: plain(output, output.dataSync()) };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(values));
}

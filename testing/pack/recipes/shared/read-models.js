import { cpu } from '@espalier/backend-cpu';
import { loadWeights, useBackend } from '@espalier/core';
import { loadModel, loadModelWeights, readSafetensors, torchWeights } from '@espalier/models';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** The network whose weights PyTorch saved. */
const network = () =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: 'conv_1', filters: 3, kernelSize: 3, inputShape: [5, 5, 2] }),
      tfl.layers.batchNormalization({ name: 'norm_1', epsilon: 1e-5 }),
      tfl.layers.reLU(),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: 'output', units: 2 }),
    ],
  });

/**
 * Reads models of every kind of file, and gives what they predict.
 *
 * @param folder A path or an address, with a slash at its end.
 * @param bytesOf Reads a file as bytes.
 */
export async function readModels(folder, bytesOf) {
  await useBackend(cpu());
  const read = async (name) => JSON.parse(new TextDecoder().decode(await bytesOf(folder + name)));
  const [keras, torch] = [(await read('expected.json')).images.inputs[0], await read('torch.json')];
  const predict = (model, data, shape) => [...model.predict(tf.tensor(data, shape)).dataSync()];

  const models = {
    keras: await loadModel(`${folder}images.keras`),
    kerasBytes: await loadModel(await bytesOf(`${folder}images.keras`)),
    h5: await loadModel(`${folder}images.h5`),
    json: await loadModel(`${folder}images/model.json`),
    weights: await loadModel(`${folder}images/model.json`),
  };
  for (const weight of models.weights.weights) weight.write(tf.zeros(weight.shape));
  await loadModelWeights(models.weights, `${folder}images.weights.h5`);

  const { tensors } = readSafetensors(await bytesOf(`${folder}torch.safetensors`));
  const own = network();
  loadWeights(own, torchWeights(tensors, { conv: 'conv_1', norm: 'norm_1', fc: 'output' }));
  return {
    ...Object.fromEntries(
      Object.entries(models).map(([name, model]) => [name, predict(model, keras.data, keras.shape)]),
    ),
    safetensors: predict(own, torch.inputs, [2, 5, 5, 2]),
  };
}

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Values of a tensor. */
export interface Grid {
  readonly [name: string]: unknown;
  readonly shape: number[];
  readonly values: number[];
}

const host = (tensor: tf.Tensor): Grid => {
  const grid = {
    shape: tensor.shape,
    values: Array.from(tensor.dataSync(), (v) => Number(v.toPrecision(4))),
  };
  tensor.dispose();
  return grid;
};
/** What layers give for some inputs. */
export const outputs = (
  model: tfl.LayersModel,
  layers: readonly string[],
  inputs: tf.Tensor,
): Record<string, Grid> =>
  Object.fromEntries(
    layers.map((name) => {
      const part = tfl.model({ inputs: model.inputs, outputs: model.getLayer(name).output });
      return [name, host(part.predict(inputs) as tf.Tensor)];
    }),
  );
/** The kernels of layers. */
export const kernels = (model: tfl.LayersModel, layers: readonly string[]): Record<string, Grid> =>
  Object.fromEntries(layers.map((name) => [name, host(tf.clone(model.getLayer(name).getWeights()[0]!))]));

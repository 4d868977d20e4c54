import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** The part of a layer that leads back to the layers before it. */
interface Applied {
  readonly inboundNodes: readonly { readonly inputTensors: readonly tfl.SymbolicTensor[] }[];
  /** Of a model within a model. */
  readonly inputs?: readonly tfl.SymbolicTensor[];
  readonly outputs?: readonly tfl.SymbolicTensor[];
}

/**
 * Goes through the graph of a model, those of the models in it too, from the inputs on: each application of a layer makes a value of
 * the values of what it takes.
 *
 * @param given The value of each input of the model.
 * @param apply Asked once for each application that an output hangs on, in the order of the graph.
 */
export function foldLayers<T>(
  model: tfl.LayersModel,
  given: (input: tfl.SymbolicTensor) => T,
  apply: (layer: Layer, inputs: readonly T[], output: tfl.SymbolicTensor) => T,
): void {
  const walk = (tensor: tfl.SymbolicTensor, known: Map<tfl.SymbolicTensor, T>): T => {
    if (known.has(tensor)) return known.get(tensor)!;
    const layer = tensor.sourceLayer as Layer & Applied;
    const taken = layer.inboundNodes[tensor.nodeIndex ?? 0]!.inputTensors;
    const values = taken.map((one) => walk(one, known));
    let value: T;
    if (layer.outputs && layer.inputs) {
      const inner = new Map(layer.inputs.map((one, i) => [one, values[i]!] as const));
      value = walk(layer.outputs[tensor.outputTensorIndex ?? 0]!, inner);
    } else value = apply(layer, values, tensor);
    known.set(tensor, value);
    return value;
  };
  const known = new Map(model.inputs.map((input) => [input, given(input)] as const));
  for (const output of model.outputs) walk(output, known);
}

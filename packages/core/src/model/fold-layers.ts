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
  const walk = (tensor: tfl.SymbolicTensor, { known, within }: Graph<T>): T => {
    if (known.has(tensor)) return known.get(tensor)!;
    const layer = tensor.sourceLayer as Layer & Applied;
    const node = layer.inboundNodes[tensor.nodeIndex ?? 0]!;
    const values = node.inputTensors.map((one) => walk(one, { known, within }));
    let value: T;
    if (layer.outputs && layer.inputs) {
      const inner = within.get(node) ?? graphFrom(layer.inputs, (_, i) => values[i]!);
      within.set(node, inner);
      value = walk(layer.outputs[tensor.outputTensorIndex ?? 0]!, inner);
    } else value = apply(layer, values, tensor);
    known.set(tensor, value);
    return value;
  };
  const graph = graphFrom(model.inputs, given);
  for (const output of model.outputs) walk(output, graph);
}

/** One application of a model: the values that are known, and the applications of models within it, whose outputs share theirs. */
interface Graph<T> {
  readonly known: Map<tfl.SymbolicTensor, T>;
  readonly within: Map<object, Graph<T>>;
}

function graphFrom<T>(
  inputs: readonly tfl.SymbolicTensor[],
  valueOf: (input: tfl.SymbolicTensor, index: number) => T,
): Graph<T> {
  return { known: new Map(inputs.map((input, i) => [input, valueOf(input, i)])), within: new Map() };
}

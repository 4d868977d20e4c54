import type * as tfl from '@tensorflow/tfjs-layers';
import type { GraphNode } from './events.js';

interface InboundNode {
  readonly inboundLayers: readonly tfl.layers.Layer[];
}

/** The layers of a model with what each takes its input from, as a graph. */
export function modelGraph(model: tfl.LayersModel): GraphNode[] {
  return model.layers.map((layer) => {
    const { inboundNodes } = layer as unknown as { readonly inboundNodes: readonly InboundNode[] };
    const inputs = inboundNodes.flatMap(({ inboundLayers }) => inboundLayers.map(({ name }) => name));
    // In a Sequential the first layer stands behind an input that is none of its layers.
    const known = inputs.filter((name) => model.layers.some((other) => other.name === name));
    return { name: layer.name, op: layer.getClassName(), inputs: [...new Set(known)] };
  });
}

import type * as tfl from '@tensorflow/tfjs-layers';

/** Which values an input may have. */
export interface InputLimit {
  /** Values must be >= 0 and below this. */
  readonly below: number;
  /** The layer that looks them up. */
  readonly layer: string;
}

/** Layers that hand their values on as they are. */
const PASSING = new Set(['InputLayer', 'Reshape', 'Flatten', 'Permute', 'RepeatVector']);

/** Limits of the inputs that go into an embedding; the tightest where they go into several. */
export function inputLimits(
  names: readonly string[],
  inputs: readonly tfl.SymbolicTensor[],
): Readonly<Record<string, InputLimit>> {
  const found: Record<string, InputLimit> = {};
  inputs.forEach(({ sourceLayer }, i) => {
    const limits = lookups(sourceLayer).sort((a, b) => a.below - b.below);
    if (limits[0]) found[names[i]!] = limits[0];
  });
  return found;
}

function lookups(layer: tfl.layers.Layer): InputLimit[] {
  if (layer.getClassName() === 'Embedding') {
    return [{ below: layer.getConfig()['inputDim'] as number, layer: layer.name }];
  }
  if (!PASSING.has(layer.getClassName())) return [];
  return layer.outboundNodes.flatMap(({ outboundLayer }) => lookups(outboundLayer));
}

import type * as tfl from '@tensorflow/tfjs-layers';
import { Hash } from '../hash.js';
import type { Places } from './layer-streams.js';

/** What says nothing of what a layer computes in a run: names, where its weights began, and what is checked otherwise. */
const ELSEWHERE = /^(name|trainable|dtype|batchInputShape|.*initializer)$/i;

/**
 * A hash of each layer's options, by which two models of the same weights are told apart: another activation, another rate of
 * dropout. A layer of somebody's own that cannot say its options is left out.
 */
export function layerSettings(
  layers: readonly tfl.layers.Layer[],
  places: Places,
): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const layer of layers) {
    const options = optionsOf(layer);
    if (options === undefined) continue;
    const hash = new Hash();
    hash.text(`${layer.getClassName()} ${options}`);
    settings[places.get(layer.name) ?? layer.name] = hash.digest();
  }
  return settings;
}

function optionsOf(layer: tfl.layers.Layer): string | undefined {
  try {
    return JSON.stringify(layer.getConfig(), (key, value: unknown) =>
      ELSEWHERE.test(key) ? undefined : value,
    );
  } catch {
    return undefined;
  }
}

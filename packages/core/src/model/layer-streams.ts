import type * as tfl from '@tensorflow/tfjs-layers';
import type { StepContext } from '../step/step-context.js';

type Layer = tfl.layers.Layer;

/**
 * How layers of a model draw random numbers: a layer that has no name of its own by its place among those of its class, since
 * TensorFlow.js numbers layers on through the whole process; and one that is applied several times draws other numbers each time.
 *
 * @param layers All layers of the model, in order.
 * @returns The step as the layers see it, for one forward pass.
 */
export function layerStreams(layers: readonly Layer[]): (step: StepContext) => StepContext {
  const places = placesOf(layers);
  return (step) => {
    const drawn = new Map<string, number>();
    return {
      training: step.training,
      scalar: (name) => step.scalar(name),
      tap: (name, value) => step.tap(name, value),
      random(name, shape, distribution) {
        const slash = name.lastIndexOf('/');
        const place = places.get(name.slice(slash + 1));
        const own = place === undefined ? name : name.slice(0, slash + 1) + place;
        const before = drawn.get(own) ?? 0;
        drawn.set(own, before + 1);
        return step.random(before === 0 ? own : `${own}@${before + 1}`, shape, distribution);
      },
    };
  };
}

/** Place by name. */
export type Places = ReadonlyMap<string, string>;

/** What layers that TensorFlow.js numbered are called by their place among those of their class, by name. */
export function placesOf(layers: readonly Layer[]): Places {
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const layer of layers) {
    const kind = layer.getClassName();
    if (!isNumbered(layer.name, kind)) continue;
    const place = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, place);
    places.set(layer.name, `${kind}#${place}`);
  }
  return places;
}

/** `forward_lstm` of `forward_lstm_LSTM3`; other names as they are. */
export function withoutNumber(name: string): string {
  const match = NUMBERED.exec(name);
  return match && match[1]!.replaceAll('_', '').endsWith(match[2]!.toLowerCase()) ? match[1]! : name;
}

const NUMBERED = /^(.+)_([^_]+?)(\d+)$/;

/** Whether a name is one that TensorFlow.js made: `dropout_Dropout3`. */
function isNumbered(name: string, kind: string): boolean {
  const match = NUMBERED.exec(name);
  return match !== null && match[2] === kind && match[1]!.replaceAll('_', '') === kind.toLowerCase();
}

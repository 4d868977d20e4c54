import { type HostArray, type HostBatch, type StepInputs, stream, toTensorData } from '@espalier/core';
import { unknownScalar } from '@espalier/core/internal';
import type { TensorArray } from '../graph/element-type.js';
import { elementCount } from '../graph/element-type.js';
import type { Graph } from '../graph/graph.js';
import { type InputEncodings, rowsInput } from '../passes/encode-inputs.js';

/** What one step brings along besides the state. */
export interface StepArguments {
  readonly batch: Partial<HostBatch>;
  readonly inputs: StepInputs;
}

type Source = (given: StepArguments) => TensorArray;

/** Where the inputs of a traced step that are not state come from, by name: worked out once, asked in every step. */
export type StepFeeds = ReadonlyMap<string, Source>;

/** Finds out where each input of a traced step comes from. */
export function stepFeeds({ inputs }: Graph, encodings: InputEncodings): StepFeeds {
  const feeds = new Map<string, Source>();
  for (const { name: path, value } of inputs) {
    const [group, name] = parted(path);
    if (group === 'state') continue;
    if (group === 'scalar') feeds.set(path, ({ inputs: { scalars } }) => scalarOf(scalars, name));
    else if (group === 'random') feeds.set(path, randomSource(name, elementCount(value.shape)));
    else {
      const arrayOf = ({ batch }: StepArguments): HostArray => batch[group as keyof HostBatch]![name]!;
      const encoding = encodings.get(path);
      if (encoding?.rows) {
        feeds.set(path, (given) => arrayOf(given).rows!.of.data);
        feeds.set(rowsInput(path), (given) => Int32Array.from(arrayOf(given).rows!.indices));
      } else
        feeds.set(
          path,
          encoding?.bytes ? (given) => arrayOf(given).data : (given) => toTensorData(arrayOf(given)),
        );
    }
  }
  return feeds;
}

function randomSource(name: string, size: number): Source {
  const [kind, streamName] = parted(name);
  return ({ inputs: { seed, draw } }) => {
    const numbers = stream(seed, streamName, draw);
    return kind === 'normal' ? numbers.normals(size) : numbers.uniforms(size);
  };
}

function scalarOf(scalars: StepInputs['scalars'], name: string): Float32Array {
  const number = scalars[name];
  if (typeof number !== 'number') throw unknownScalar(name, Object.keys(scalars));
  return Float32Array.of(number);
}

/** What stands before and after the first slash. */
export function parted(path: string): [string, string] {
  const slash = path.indexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

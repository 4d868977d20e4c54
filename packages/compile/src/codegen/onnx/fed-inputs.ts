import type { Feed, StepPlan } from '../../compiled-graph/code-generator.js';
import type { TensorArray } from '../../graph/element-type.js';
import type { NamedValue } from '../../graph/graph.js';
import type { FewerArguments } from './fewer-arguments.js';
import type { Runtime, RuntimeTensor } from './runtime/runtime-types.js';

/** What an input that is no state takes in a run. */
export type FedInput = (feed: Feed) => RuntimeTensor;

/** Finds out, once, where an input comes from. */
export function fedInput(
  { Tensor }: Runtime,
  { scalars }: FewerArguments,
  { anyLength }: StepPlan,
  { name, value: { dtype, shape } }: NamedValue,
): FedInput {
  if (name === scalars?.name) {
    const { members } = scalars;
    return (feed) =>
      new Tensor(
        'float32',
        Float32Array.from(members, (member) => Number(feed(member)[0])),
        shape,
      );
  }
  if (anyLength.has(name)) return (feed) => wholeTensor(Tensor, dtype, feed(name), shape[1]!);
  return (feed) => new Tensor(dtype, feed(name), shape);
}

const wholes = new WeakMap<TensorArray, RuntimeTensor>();

/** A whole array as the runtime takes it: the same memory, for as long as that lives. */
function wholeTensor(
  Tensor: Runtime['Tensor'],
  dtype: string,
  data: TensorArray,
  row: number,
): RuntimeTensor {
  let tensor = wholes.get(data);
  if (!tensor) wholes.set(data, (tensor = new Tensor(dtype, data, [data.length / row, row])));
  return tensor;
}

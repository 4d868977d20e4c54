import * as tf from '@tensorflow/tfjs-core';
import type {
  Batch,
  HostArray,
  HostArrays,
  HostBatch,
  StepContext,
  StepProgram,
  Tensors,
} from '@espalier/core';
import type { Graph } from '../graph/graph.js';
import { compareTraces } from '../trace/compare-traces.js';
import type { InputSpec } from '../trace/trace.js';
import { trace } from '../trace/trace.js';

/** Which function of a step program. */
export type StepKind = 'train' | 'evaluate' | 'penalties' | 'predict';

/** Shapes of everything that a step is traced with: a batch, the state, nothing more. */
export interface StepShapes {
  readonly state: HostArrays;
  readonly batch: Partial<HostBatch>;
}

/** A traced function of a step program. */
export interface TracedStep {
  readonly graph: Graph;
  /** Traces again and compares: a number that has changed since is an `impure-step` error. */
  verify(): void;
}

/*
 * Names in the graph: inputs `state/...`, `inputs/...`, `targets/...`, `weights/...`, `scalar/<name>`,
 * `random/<distribution>/<name>`; outputs `next/...` (state), `sum/...`, `tap/...`, `output/...`.
 */

/**
 * Traces one function of a step program.
 *
 * The first trace finds out which scalars and random numbers the step asks for; in the second they are inputs; a third
 * must be the same graph.
 */
export function traceStep(kind: StepKind, program: StepProgram, shapes: StepShapes): TracedStep {
  const given = fixedInputs(shapes);
  const asked = new Map<string, InputSpec>();
  const run = (inputs: readonly InputSpec[], ask: Asked): Graph =>
    trace(inputs, (tensors) => {
      const named = new Map(inputs.map(({ name }, i) => [name, tensors[i]!]));
      return call(kind, program, groups(named), ask(named));
    });

  run(given, () => (spec) => {
    asked.set(spec.name, spec);
    return tf.zeros([...spec.shape]);
  });
  const inputs = [...given, ...asked.values()];
  const again = (): Graph =>
    run(
      inputs,
      (named) =>
        ({ name }) =>
          named.get(name)!,
    );
  const graph = again();
  const verify = (): void => compareTraces(graph, again());
  verify();
  return { graph, verify };
}

type Asked = (named: ReadonlyMap<string, tf.Tensor>) => (spec: InputSpec) => tf.Tensor;

function fixedInputs({ state, batch }: StepShapes): InputSpec[] {
  const specs = (prefix: string, arrays: HostArrays = {}): InputSpec[] =>
    Object.entries(arrays).map(([name, { shape, dtype }]: [string, HostArray]) => ({
      name: `${prefix}/${name}`,
      shape,
      dtype,
    }));
  return [
    ...specs('state', state),
    ...specs('inputs', batch.inputs),
    ...specs('targets', batch.targets),
    ...specs('weights', batch.weights),
  ];
}

type Groups = Readonly<Record<string, Record<string, tf.Tensor>>>;

function groups(named: ReadonlyMap<string, tf.Tensor>): Groups {
  const found: Record<string, Record<string, tf.Tensor>> = {};
  for (const [path, tensor] of named) {
    const slash = path.indexOf('/');
    (found[path.slice(0, slash)] ??= {})[path.slice(slash + 1)] = tensor;
  }
  return found;
}

function call(
  kind: StepKind,
  program: StepProgram,
  { state = {}, inputs = {}, targets = {}, weights }: Groups,
  ask: (spec: InputSpec) => tf.Tensor,
): Record<string, tf.Tensor> {
  const taps: Record<string, tf.Tensor> = {};
  const step: StepContext = {
    training: kind === 'train',
    scalar: (name) => ask({ name: `scalar/${name}`, shape: [], dtype: 'float32' }) as tf.Scalar,
    random: (name, shape, distribution = 'uniform') =>
      ask({ name: `random/${distribution}/${name}`, shape, dtype: 'float32' }),
    tap: (name, value) => {
      taps[name] = value;
    },
  };
  const batch: Batch = { inputs, targets, ...(weights ? { weights } : {}) };
  if (kind === 'predict') return prefixed('output', program.predict(state, inputs, step));
  if (kind === 'penalties') return prefixed('sum', program.penalties(state, step));
  if (kind === 'evaluate') return prefixed('sum', program.evaluate(state, batch, step));
  const result = program.train(state, batch, step);
  const changed = Object.entries(result.state).filter(([name, tensor]) => tensor !== state[name]);
  return {
    ...prefixed('next', Object.fromEntries(changed)),
    ...prefixed('sum', result.sums),
    ...prefixed('tap', taps),
  };
}

function prefixed(prefix: string, tensors: Tensors): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

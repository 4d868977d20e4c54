import type * as tf from '@tensorflow/tfjs-core';
import type { Batch, HostArray, HostBatch, StepContext, StepProgram, Tensors } from '@espalier/core';
import type { InputSpec } from '../trace/trace.js';
import { trace } from '../trace/trace.js';
import { type Traced, traceTwice } from '../trace/trace-twice.js';
import { type Given, type StepKind, stepFunctions } from './step-functions.js';

/** Shapes and types of everything that a step is traced with. */
export interface StepShapes {
  readonly state: Readonly<Record<string, Pick<HostArray, 'shape' | 'dtype'>>>;
  readonly batch: Partial<HostBatch>;
}

/*
 * Names in the graph: inputs `state/...`, `inputs/...`, `targets/...`, `weights/...`, `scalar/<name>`,
 * `random/<distribution>/<name>`; outputs `next/...` (state), `sum/...`, `tap/...`, `output/...`.
 */

/** Traces one function of a step program, twice, which must give the same graph; the scalars and random numbers that it asks for are inputs. */
export function traceStep(kind: StepKind, program: StepProgram, shapes: StepShapes): Traced {
  const given = fixedInputs(shapes);
  return traceTwice(() =>
    trace(given, (tensors, further) => {
      const asked = new Map<string, tf.Tensor>();
      const named = new Map(given.map(({ name }, i) => [name, tensors[i]!]));
      return call(kind, program, named, (spec) => {
        const known = asked.get(spec.name) ?? further(spec);
        asked.set(spec.name, known);
        return known;
      });
    }),
  );
}

type Named = ReadonlyMap<string, tf.Tensor>;

function fixedInputs({ state, batch }: StepShapes): InputSpec[] {
  const specs = (prefix: string, arrays: StepShapes['state'] = {}): InputSpec[] =>
    Object.entries(arrays).map(([name, { shape, dtype }]) => ({ name: `${prefix}/${name}`, shape, dtype }));
  return [
    ...specs('state', state),
    ...specs('inputs', batch.inputs),
    ...specs('targets', batch.targets),
    ...specs('weights', batch.weights),
  ];
}

function call(
  kind: StepKind,
  program: StepProgram,
  named: Named,
  ask: (spec: InputSpec) => tf.Tensor,
): Tensors {
  const taps: Record<string, tf.Tensor> = {};
  const { training, run } = stepFunctions[kind];
  const step: StepContext = {
    training,
    scalar: (name) => ask({ name: `scalar/${name}`, shape: [], dtype: 'float32' }) as tf.Scalar,
    random: (name, shape, distribution = 'uniform') =>
      ask({ name: `random/${distribution}/${name}`, shape, dtype: 'float32' }),
    tap: (name, value) => {
      taps[name] = value;
    },
  };
  const { state = {}, inputs = {}, targets = {}, weights } = groups(named);
  const batch: Batch = { inputs, targets, ...(weights ? { weights } : {}) };
  const given: Given = { state, batch, step };
  const { next = {}, ...results } = run(program, given);
  const changed = Object.entries(next).filter(([name, tensor]) => tensor !== state[name]);
  const made = { next: Object.fromEntries(changed), ...results, ...(training ? { tap: taps } : {}) };
  return Object.assign(
    {},
    ...Object.entries(made).map(([prefix, tensors]) => prefixed(prefix, tensors)),
  ) as Tensors;
}

/** Tensors under the first part of their name. */
function groups(named: Named): Readonly<Record<string, Record<string, tf.Tensor>>> {
  const found: Record<string, Record<string, tf.Tensor>> = {};
  for (const [path, tensor] of named) {
    const slash = path.indexOf('/');
    (found[path.slice(0, slash)] ??= {})[path.slice(slash + 1)] = tensor;
  }
  return found;
}

function prefixed(prefix: string, tensors: Tensors): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

import { EspalierError, stream, toTensorData } from '@espalier/core';
import type { HostArray, HostBatch, StepInputs } from '@espalier/core';
import { allocate, elementCount } from '../graph/element-type.js';
import type { Graph, NamedValue } from '../graph/graph.js';
import { lower } from '../codegen/onnx/lower.js';
import { simplify } from '../codegen/onnx/passes/simplify.js';
import { loadGraph } from '../codegen/onnx/load-graph.js';
import type {
  Runtime,
  RuntimeOptions,
  RuntimeSession,
  RuntimeTensor,
} from '../codegen/onnx/runtime/runtime-types.js';
import { type ByteInput, takeBytes } from '../passes/byte-inputs.js';
import { executionError } from './execution-error.js';
import { type FewerArguments, fewerArguments } from '../codegen/onnx/fewer-arguments.js';
import { type RowInputs, takeRows, wholeTensor } from '../passes/row-inputs.js';
import { type StateStore, statePlaceOf } from '../codegen/onnx/state/state-store.js';
import type { TracedStep } from './traced-step.js';
import { dropUnusedInputs } from '../passes/unused-inputs.js';

/** Outputs of a run that are not state: views of memory that the next run overwrites. */
export type StepOutputs = Readonly<Record<string, HostArray>>;

/** How the arrays of a batch are fed, by path; those in neither as they are. */
export interface Feeding {
  readonly bytes: ReadonlyMap<string, ByteInput>;
  readonly rows: RowInputs;
}

/** One compiled function of a step program for one batch shape. */
export class StepGraph {
  readonly #inputs: readonly NamedValue[];
  readonly #stateOutputs: readonly string[];
  /** What is made besides the state: written in place where that can be. */
  readonly #others: Record<string, RuntimeTensor | null> = {};
  readonly #flat: FewerArguments;
  readonly #rows: RowInputs;
  readonly session: RuntimeSession;
  readonly #shapes: ReadonlyMap<string, NamedValue['value']>;
  readonly #runtime: Runtime;
  readonly #options: RuntimeOptions;
  #running: Promise<unknown> = Promise.resolve();
  readonly traced: TracedStep;

  private constructor(
    traced: TracedStep,
    flat: FewerArguments,
    rows: RowInputs,
    session: RuntimeSession,
    runtime: Runtime,
    options: RuntimeOptions,
  ) {
    this.traced = traced;
    const { graph } = flat;
    this.#flat = flat;
    this.#rows = rows;
    this.session = session;
    this.#runtime = runtime;
    this.#options = options;
    this.#inputs = graph.inputs;
    this.#shapes = new Map(traced.graph.outputs.map(({ name, value }) => [name, value]));
    this.#stateOutputs = stateOutputs(graph)
      .map((name) => name.slice('next/'.length))
      .filter((name) => !flat.state.has(name));
    const inPlace = statePlaceOf(runtime, options) === 'in-place';
    for (const { name, value } of graph.outputs) {
      if (name.startsWith('next/')) continue;
      const data = allocate(value.dtype, elementCount(value.shape));
      this.#others[name] = inPlace ? new runtime.Tensor(value.dtype, data, value.shape) : null;
    }
  }

  /**
   * Compiles a traced step.
   *
   * @throws EspalierError `unsupported-op`, or `executor-unavailable` where the runtime refuses the graph.
   */
  static async compile(
    traced: TracedStep,
    { bytes, rows }: Feeding,
    runtime: Runtime,
    options: RuntimeOptions,
  ): Promise<StepGraph> {
    const plain = dropUnusedInputs(simplify(lower(traced.graph)));
    const place = statePlaceOf(runtime, options);
    const flat = place === 'in-place' ? fewerArguments(plain) : unpacked(plain);
    const graph = takeRows(takeBytes(flat.graph, bytes), rows, batchSizeOf(traced.graph));
    const session = await loadGraph(graph, runtime, options, {
      onDevice: place === 'device' ? stateOutputs(graph) : [],
      anyLength: rows,
    });
    return new StepGraph(traced, { ...flat, graph }, rows, session, runtime, options);
  }

  /** Number of operators, for messages. */
  get size(): number {
    return this.#flat.graph.nodes.length;
  }

  /** Runs once. The state in `store` moves on only when everything went well. */
  async run(store: StateStore, batch: Partial<HostBatch>, inputs: StepInputs): Promise<StepOutputs> {
    const feeds: Record<string, RuntimeTensor> = {};
    for (const { name, value } of this.#inputs) feeds[name] = this.#feed(name, value, store, batch, inputs);
    const fetches: Record<string, RuntimeTensor | null> = { ...this.#others };
    for (const name of this.#stateOutputs) fetches[`next/${name}`] = store.next(name);
    for (const [pack, names] of this.#flat.state) fetches[`next/${pack}`] = store.pack(names).next();
    let results: Readonly<Record<string, RuntimeTensor>>;
    try {
      const running = this.session.run(feeds, fetches);
      this.#running = running.catch(() => undefined);
      results = await running;
    } catch (cause) {
      throw executionError(cause, inputs.step, this.#options.device);
    }
    const made = (name: string): RuntimeTensor => fetches[name] ?? results[name]!;
    store.advance(Object.fromEntries(this.#stateOutputs.map((name) => [name, made(`next/${name}`)])));
    for (const names of this.#flat.state.values()) store.pack(names).advance();
    const outputs: Record<string, HostArray> = {};
    for (const name of Object.keys(this.#others)) {
      const { data, dims, type } = made(name);
      if (name === 'sums') Object.assign(outputs, this.#sums(data as Float32Array));
      else outputs[name] = hostArray(data, dims, type);
    }
    return outputs;
  }

  /** Frees the session once it is idle. */
  async release(): Promise<void> {
    await this.#running;
    await this.session.release();
  }

  /** The sums that were handed over as one tensor. */
  #sums(data: Float32Array): Record<string, HostArray> {
    const outputs: Record<string, HostArray> = {};
    let at = 0;
    for (const name of this.#flat.sums) {
      const { shape } = this.#shapes.get(name)!;
      outputs[name] = { data: data.subarray(at, (at += elementCount(shape))), shape, dtype: 'float32' };
    }
    return outputs;
  }

  #feed(
    path: string,
    value: NamedValue['value'],
    store: StateStore,
    batch: Partial<HostBatch>,
    { scalars, seed, step }: StepInputs,
  ): RuntimeTensor {
    const { Tensor } = this.#runtime;
    const scalar = (name: string): number => {
      const number = scalars[name];
      if (number === undefined) throw undeclared(name, Object.keys(scalars));
      return number;
    };
    if (path === 'scalars') {
      const numbers = Float32Array.from(this.#flat.scalars.map(scalar));
      return new Tensor('float32', numbers, [numbers.length]);
    }
    const packed = this.#flat.state.get(path);
    if (packed) return store.pack(packed).read();
    const slash = path.indexOf('/');
    const [group, name] = [path.slice(0, slash), path.slice(slash + 1)];
    switch (group) {
      case 'state':
        return store.read(name);
      case 'scalar':
        return new Tensor('float32', Float32Array.of(scalar(name)), []);
      case 'random': {
        const kind = name.slice(0, name.indexOf('/'));
        const numbers = stream(seed, name.slice(kind.length + 1), step);
        const size = elementCount(value.shape);
        return new Tensor(
          'float32',
          kind === 'normal' ? numbers.normals(size) : numbers.uniforms(size),
          value.shape,
        );
      }
      case 'rows': {
        const { indices } = arrayOf(batch, name).rows!;
        return new Tensor('int32', Int32Array.from(indices), [indices.length]);
      }
      default: {
        const array = arrayOf(batch, path);
        if (this.#rows.has(path)) return wholeTensor(this.#runtime, value.dtype, array.rows!.of);
        const data = value.dtype === 'uint8' ? array.data : toTensorData(array);
        return new Tensor(value.dtype, data, value.shape);
      }
    }
  }
}

/** The array at a path such as `inputs/x`. */
function arrayOf(batch: Partial<HostBatch>, path: string): HostArray {
  const slash = path.indexOf('/');
  return batch[path.slice(0, slash) as keyof HostBatch]![path.slice(slash + 1)]!;
}

function batchSizeOf({ inputs }: Graph): number {
  const first = inputs.find(({ name }) => name.startsWith('inputs/'));
  return first?.value.shape[0] ?? 0;
}

function hostArray(data: RuntimeTensor['data'], shape: readonly number[], type: string): HostArray {
  return { data: data as HostArray['data'], shape, dtype: type === 'float32' ? 'float32' : 'int32' };
}

/** As it is, every tensor by itself. */
function unpacked(graph: Graph): FewerArguments {
  return { graph, state: new Map(), scalars: [], sums: [] };
}

function undeclared(name: string, known: readonly string[]): EspalierError {
  return new EspalierError({
    code: 'invalid-option',
    scope: 'step',
    message: `scalar '${name}' is not declared; declare it under \`scalars\` of the plugin or optimizer. There are: ${known.join(', ')}.`,
  });
}

function stateOutputs(graph: Graph): string[] {
  return graph.outputs.map(({ name }) => name).filter((name) => name.startsWith('next/'));
}

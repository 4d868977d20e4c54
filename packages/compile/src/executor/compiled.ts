import type {
  Availability,
  Executor,
  ExecutorSession,
  HostArrays,
  HostBatch,
  StepInputs,
  StepProgram,
  StepResult,
  StepSums,
} from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { loadRuntime, type Runtime } from '../run/runtime.js';
import { type ByteInput, byteInputOf } from './byte-inputs.js';
import { StateStore } from './state-store.js';
import { StepGraph, type StepOutputs } from './step-graph.js';
import { type StepKind, traceStep } from './traced-step.js';

/** How compiled steps run. */
export interface CompiledOptions {
  /** Default `cpu`. `webgpu` and `cuda` need an ONNX Runtime that has them. */
  readonly device?: 'cpu' | 'webgpu' | 'cuda';
  /** Threads inside one operator. Default 1, which small steps are fastest with. */
  readonly threads?: number;
  /** Default `onnxruntime-node` in Node, `onnxruntime-web` elsewhere. */
  readonly runtime?: 'onnxruntime-node' | 'onnxruntime-web';
  /** Most compiled graphs (one for each kind of step and batch shape) kept for a program. Default 16. */
  readonly cacheSize?: number;
}

/**
 * Traces each step once per batch shape, compiles it, and runs it natively on ONNX Runtime.
 *
 * The same program, with the same history within float rounding, as the eager executor. What is compiled stays with
 * the trainer's program: a second `fit` compiles nothing.
 *
 * @throws EspalierError `invalid-option`; when a run starts, `executor-unavailable` where ONNX Runtime is missing,
 *   `unsupported-op` for an op with no compiled form, `impure-step` for a step that smuggles in a changing number.
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss, optimizer, executor: compiled() });
 * ```
 */
export function compiled(options: CompiledOptions = {}): Executor {
  const { device = 'cpu', threads = 1, cacheSize = 16 } = options;
  const check = checkOptions('compiled');
  check.oneOf('device', device, ['cpu', 'webgpu', 'cuda']);
  check.integer('threads', threads, { min: 1 });
  check.integer('cacheSize', cacheSize, { min: 1 });
  const caches = new WeakMap<StepProgram, GraphCache>();
  return {
    name: `compiled (${device})`,
    async isAvailable(): Promise<Availability> {
      try {
        await loadRuntime(options);
        return { available: true };
      } catch (error) {
        const reason = (error as Error).message;
        return { available: false, reason, mend: `npm install ${options.runtime ?? 'onnxruntime-node'}` };
      }
    },
    async start(program, state) {
      const runtime = await loadRuntime(options);
      let cache = caches.get(program);
      if (!cache) caches.set(program, (cache = new GraphCache(program, runtime, options, cacheSize)));
      return new CompiledSession(`compiled (${device})`, cache, runtime, state);
    },
  };
}

/** What is compiled of one program, least recently used first. */
class GraphCache {
  readonly notes: string[] = [];
  readonly #graphs = new Map<string, StepGraph>();
  readonly #program: StepProgram;
  readonly #runtime: Runtime;
  readonly #options: CompiledOptions;
  readonly #size: number;

  constructor(program: StepProgram, runtime: Runtime, options: CompiledOptions, size: number) {
    this.#program = program;
    this.#runtime = runtime;
    this.#options = options;
    this.#size = size;
  }

  async get(kind: StepKind, store: StateStore, batch: Partial<HostBatch>): Promise<StepGraph> {
    const { key, bytes } = describeBatch(batch);
    const full = `${kind} ${this.#program.version()} ${key}`;
    let graph = this.#graphs.get(full);
    if (graph) this.#graphs.delete(full);
    else graph = await this.#compile(kind, store, batch, bytes, key);
    this.#graphs.set(full, graph);
    if (this.#graphs.size > this.#size) {
      const [oldest, evicted] = this.#graphs.entries().next().value!;
      this.#graphs.delete(oldest);
      await evicted.release();
    }
    return graph;
  }

  async #compile(
    kind: StepKind,
    store: StateStore,
    batch: Partial<HostBatch>,
    bytes: ReadonlyMap<string, ByteInput>,
    shapes: string,
  ): Promise<StepGraph> {
    const startedAt = performance.now();
    const traced = traceStep(kind, this.#program, { state: store.shapes(), batch });
    const graph = await StepGraph.compile(traced, bytes, this.#runtime, this.#options);
    const took = Math.round(performance.now() - startedAt);
    this.notes.push(
      `compiled the ${kind} step for ${shapes || 'no batch'}: ${graph.size} operators in ${took} ms`,
    );
    return graph;
  }
}

function describeBatch(batch: Partial<HostBatch>): { key: string; bytes: Map<string, ByteInput> } {
  const bytes = new Map<string, ByteInput>();
  const parts: string[] = [];
  for (const group of ['inputs', 'targets', 'weights'] as const) {
    for (const [name, array] of Object.entries(batch[group] ?? {})) {
      const byte = byteInputOf(array);
      if (byte) bytes.set(`${group}/${name}`, byte);
      parts.push(
        `${name} ${byte ? `uint8*${byte.scale}+${byte.offset}` : array.dtype}[${array.shape.join()}]`,
      );
    }
  }
  return { key: parts.join(', '), bytes };
}

class CompiledSession implements ExecutorSession {
  readonly name: string;
  readonly #cache: GraphCache;
  readonly #store: StateStore;
  /** Training steps of this session. */
  #steps = 0;

  constructor(name: string, cache: GraphCache, runtime: Runtime, state: HostArrays) {
    this.name = name;
    this.#cache = cache;
    this.#store = new StateStore(runtime, state);
  }

  async train(batch: HostBatch, inputs: StepInputs): Promise<StepResult> {
    const graph = await this.#cache.get('train', this.#store, batch);
    this.#steps++;
    // A number that leaks into the step from outside may change at any time: looked for after 1, 2, 4, 8, ... steps.
    if (this.#steps > 1 && (this.#steps & (this.#steps - 1)) === 0) graph.traced.verify();
    const outputs = await graph.run(this.#store, batch, inputs);
    const sums = sumsOf(outputs);
    return {
      sums: () => sums,
      tap: async (name) => {
        const tapped = outputs[`tap/${name}`];
        return tapped && { ...tapped, data: tapped.data.slice() };
      },
    };
  }

  async evaluate(batch: HostBatch, inputs: StepInputs): Promise<StepSums> {
    const graph = await this.#cache.get('evaluate', this.#store, batch);
    return sumsOf(await graph.run(this.#store, batch, inputs));
  }

  async penalties(inputs: StepInputs): Promise<StepSums> {
    const graph = await this.#cache.get('penalties', this.#store, {});
    return sumsOf(await graph.run(this.#store, {}, inputs));
  }

  async predict(inputs: HostArrays, step: StepInputs): Promise<HostArrays> {
    const batch = { inputs };
    const graph = await this.#cache.get('predict', this.#store, batch);
    const outputs = await graph.run(this.#store, batch, step);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, array]) => [
        name.slice('output/'.length),
        { ...array, data: array.data.slice() },
      ]),
    );
  }

  async readState(prefix = ''): Promise<HostArrays> {
    return this.#store.copy(prefix);
  }

  async writeState(entries: HostArrays): Promise<void> {
    for (const [name, array] of Object.entries(entries)) this.#store.write(name, array);
  }

  takeNotes(): string[] {
    return this.#cache.notes.splice(0);
  }

  dispose(): void {
    // The state is plain memory, and what is compiled belongs to the program.
  }
}

function sumsOf(outputs: StepOutputs): StepSums {
  const sums: Record<string, HostArrays[string]['data']> = {};
  for (const name of Object.keys(outputs)) {
    if (name.startsWith('sum/')) sums[name.slice('sum/'.length)] = outputs[name]!.data.slice();
  }
  return sums;
}

import type { HostBatch, StepProgram } from '@espalier/core';
import type { Runtime, RuntimeOptions, RuntimeSession } from '../codegen/onnx/runtime/runtime-types.js';
import { type ByteInput, byteInputOf } from '../passes/byte-inputs.js';
import { readsInPlace, wholeOf } from '../passes/row-inputs.js';
import type { StateStore } from '../codegen/onnx/state/state-store.js';
import { type Feeding, StepGraph } from './step-graph.js';
import { type StepKind, traceStep } from './traced-step.js';

/** What is compiled of one program, least recently used first. */
export class ShapeCache {
  readonly notes: string[] = [];
  /** Sessions that are loaded. They do not refer to the program: whoever holds them does not keep it alive. */
  readonly sessions = new Set<RuntimeSession>();
  readonly #graphs = new Map<string, Promise<StepGraph>>();
  readonly #program: StepProgram;
  readonly #runtime: Runtime;
  readonly #options: RuntimeOptions;
  readonly #size: number;

  constructor(program: StepProgram, runtime: Runtime, options: RuntimeOptions, size: number) {
    this.#program = program;
    this.#runtime = runtime;
    this.#options = options;
    this.#size = size;
  }

  /** The compiled step for this kind and batch shape. */
  async get(kind: StepKind, store: StateStore, batch: Partial<HostBatch>): Promise<StepGraph> {
    const { key, feeding } = describeBatch(batch, readsInPlace(this.#runtime, this.#options));
    const full = `${kind} ${this.#program.version()} ${key}`;
    const known = this.#graphs.get(full);
    const graph = known ?? this.#compile(kind, store, batch, feeding, key);
    if (known) this.#graphs.delete(full);
    this.#graphs.set(full, graph);
    try {
      await graph;
    } catch (error) {
      this.#graphs.delete(full);
      throw error;
    }
    if (this.#graphs.size > this.#size) {
      const [oldest, evicted] = this.#graphs.entries().next().value!;
      this.#graphs.delete(oldest);
      await this.#release(evicted);
    }
    return graph;
  }

  /** Releases everything; what is asked for later is compiled again. */
  async clear(): Promise<void> {
    const graphs = [...this.#graphs.values()];
    this.#graphs.clear();
    for (const graph of graphs) await this.#release(graph);
  }

  async #release(compiling: Promise<StepGraph>): Promise<void> {
    const graph = await compiling.catch(() => undefined);
    if (!graph) return;
    await graph.release();
    this.sessions.delete(graph.session);
  }

  async #compile(
    kind: StepKind,
    store: StateStore,
    batch: Partial<HostBatch>,
    feeding: Feeding,
    shapes: string,
  ): Promise<StepGraph> {
    const startedAt = performance.now();
    const traced = traceStep(kind, this.#program, { state: store.shapes(), batch });
    const graph = await StepGraph.compile(traced, feeding, this.#runtime, this.#options);
    this.sessions.add(graph.session);
    const took = Math.round(performance.now() - startedAt);
    this.notes.push(
      `compiled the ${kind} step for ${shapes || 'no batch'}: ${graph.size} operators in ${took} ms`,
    );
    return graph;
  }
}

/** What tells a batch from others, and how its arrays are fed. */
function describeBatch(batch: Partial<HostBatch>, inPlace: boolean): { key: string; feeding: Feeding } {
  const bytes = new Map<string, ByteInput>();
  const rows = new Map<string, number>();
  const parts: string[] = [];
  for (const group of ['inputs', 'targets', 'weights'] as const) {
    for (const [name, array] of Object.entries(batch[group] ?? {})) {
      const path = `${group}/${name}`;
      const byte = byteInputOf(array);
      if (byte) bytes.set(path, byte);
      const whole = inPlace ? wholeOf(array) : undefined;
      if (whole) rows.set(path, whole.shape[0]!);
      const type = byte ? `uint8*${byte.scale}+${byte.offset}` : array.dtype;
      parts.push(`${name} ${whole ? 'rows of ' : ''}${type}[${array.shape.join()}]`);
    }
  }
  return { key: parts.join(', '), feeding: { bytes, rows } };
}

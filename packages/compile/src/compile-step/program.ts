import { EspalierError } from '@espalier/core';
import { allocate, elementCount } from '../graph/element-type.js';
import type { ElementType, TensorArray } from '../graph/element-type.js';
import type { Graph, NamedValue } from '../graph/graph.js';
import { joinUpdates } from '../codegen/onnx/passes/join-updates.js';
import { loadGraph } from '../codegen/onnx/load-graph.js';
import type { ProgramOptions } from '../codegen/onnx/runtime/program-options.js';
import type { Runtime, RuntimeSession, RuntimeTensor } from '../codegen/onnx/runtime/runtime-types.js';
import { loadRuntime } from '../codegen/onnx/runtime/runtime.js';
import type { StatePlace } from './state-views.js';
import { statePlaces, viewOf } from './state-views.js';

/** Numbers by name. */
export type Arrays = Readonly<Record<string, TensorArray>>;

/** Feeds and fetches of one run; runs alternate between two of these. */
interface Side {
  readonly feeds: Record<string, RuntimeTensor>;
  readonly fetches: Record<string, RuntimeTensor>;
}

/**
 * A graph of ONNX operators, loaded and ready to run, with named flat inputs and outputs.
 *
 * All memory is allocated once. Inputs that are carried exist twice: a run reads one copy and writes the other.
 */
export class Program {
  private sides: readonly [Side, Side];
  private current = 0;
  private broken: unknown;
  private running = false;

  private constructor(
    private readonly graph: Graph,
    private readonly runtime: Runtime,
    private readonly session: RuntimeSession,
    /** Input names by the name of the output that replaces them. */
    private readonly carried: ReadonlyMap<string, string>,
    private readonly places: ReadonlyMap<string, StatePlace>,
  ) {
    this.sides = this.buffers();
  }

  /** Compiles a graph. */
  static async load(graph: Graph, options: ProgramOptions = {}): Promise<Program> {
    const runtime = await loadRuntime(options);
    const carry = new Map(Object.entries(options.carry ?? {}));
    const { graph: packed, carry: carried, packs } = joinUpdates(graph, carry);
    const session = await loadGraph(packed, runtime, options);
    const places = statePlaces(graph, carry.values(), packs);
    return new Program(packed, runtime, session, carried, places);
  }

  /** Names, shapes and element types of the inputs that each run must be given. */
  get inputs(): readonly NamedValue[] {
    const carried = new Set(this.carried.values());
    return this.graph.inputs.filter(({ name }) => !carried.has(name));
  }

  /** Names, shapes and element types of everything that a run makes, carried outputs included. */
  get outputs(): readonly NamedValue[] {
    return this.graph.outputs;
  }

  /**
   * Runs once.
   *
   * @param inputs One array per input that is not carried; read during the run only.
   * @returns Views of the outputs that are not carried: the program's own memory, overwritten two runs later.
   * @throws EspalierError `execution-failed`; the carried state is then what it was.
   */
  async run(inputs: Arrays): Promise<Arrays> {
    if (this.broken !== undefined) throw this.broken;
    if (this.running)
      throw this.error(
        'invalid-data',
        'A compiled step was started while it was still running: await each run.',
      );
    const side = this.sides[this.current] as Side;
    for (const { name, value } of this.inputs)
      side.feeds[name] = this.feed(name, value.shape, value.dtype, inputs[name]);
    this.running = true;
    try {
      await this.session.run(side.feeds, side.fetches);
    } catch (cause) {
      throw this.error('execution-failed', `The compiled step failed: ${(cause as Error).message}`, cause);
    } finally {
      this.running = false;
    }
    this.current = 1 - this.current;
    const outputs: Record<string, TensorArray> = {};
    for (const { name } of this.outputs)
      if (!this.carried.has(name)) outputs[name] = (side.fetches[name] as RuntimeTensor).data;
    return outputs;
  }

  /** A copy of the carried input `name` as the next run will see it. */
  readState(name: string): TensorArray {
    return this.state(name).slice();
  }

  /** Replaces the carried input `name`. */
  writeState(name: string, data: TensorArray): void {
    const state = this.state(name);
    if (state.length !== data.length || state.constructor !== data.constructor)
      throw this.error(
        'invalid-data',
        `State "${name}" holds ${state.length} elements in a ${state.constructor.name}, got ${data.length} in a ${data.constructor.name}.`,
      );
    (state as Float32Array).set(data as Float32Array);
  }

  /** Releases the runtime's memory. The program cannot run afterwards. */
  async dispose(): Promise<void> {
    if (this.broken !== undefined) return;
    this.broken = this.error('execution-failed', 'The compiled step has been disposed.');
    this.session.endProfiling?.();
    await this.session.release();
    this.sides = [
      { feeds: {}, fetches: {} },
      { feeds: {}, fetches: {} },
    ];
  }

  private state(name: string): TensorArray {
    if (this.broken !== undefined) throw this.broken;
    const place = this.places.get(name);
    const tensor = place && (this.sides[this.current] as Side).feeds[place.input];
    if (!place || !tensor)
      throw this.error(
        'invalid-data',
        `"${name}" is not carried from step to step; carried: ${[...this.places.keys()].join(', ')}.`,
      );
    return viewOf(tensor.data, place);
  }

  private feed(
    name: string,
    shape: readonly number[],
    dtype: ElementType,
    data: TensorArray | undefined,
  ): RuntimeTensor {
    const expected = allocate(dtype, 0).constructor;
    if (!data || data.constructor !== expected || data.length !== elementCount(shape))
      throw this.error(
        'invalid-data',
        `Input "${name}" must be ${dtype} [${shape}] in a ${expected.name} of ${elementCount(shape)} elements, got ` +
          (data ? `a ${data.constructor.name} of ${data.length}.` : 'nothing.'),
      );
    return new this.runtime.Tensor(dtype, data, shape);
  }

  private buffers(): [Side, Side] {
    const tensor = ({ value }: NamedValue): RuntimeTensor =>
      new this.runtime.Tensor(value.dtype, allocate(value.dtype, elementCount(value.shape)), value.shape);
    const sides: [Side, Side] = [
      { feeds: {}, fetches: {} },
      { feeds: {}, fetches: {} },
    ];
    for (const output of this.graph.outputs) {
      const [first, second] = [tensor(output), tensor(output)];
      const input = this.carried.get(output.name);
      sides[0].fetches[output.name] = first;
      sides[1].fetches[output.name] = second;
      if (input === undefined) continue;
      sides[0].feeds[input] = second;
      sides[1].feeds[input] = first;
    }
    return sides;
  }

  private error(code: 'invalid-data' | 'execution-failed', message: string, cause?: unknown): EspalierError {
    return new EspalierError({ code, scope: 'compile', message, cause });
  }
}

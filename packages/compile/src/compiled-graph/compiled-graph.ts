import { isPromise, type MaybePromise } from '@espalier/core/internal';
import type { Graph } from '../graph/graph.js';
import type { InputEncodings } from '../passes/encode-inputs.js';
import { encodeInputs, rowsInput } from '../passes/encode-inputs.js';
import { indexBounds } from '../passes/index-bounds.js';
import { simplify } from '../passes/simplify.js';
import type { Traced } from '../trace/trace-twice.js';
import type { TensorArray } from '../graph/element-type.js';
import type { BoundCode, CodeGenerator, Feed, GeneratedCode, StateMemory } from './code-generator.js';
import type { HostTensors } from './host-tensor.js';
import { IndexCheck } from './index-check.js';

/** Which inputs and outputs of a graph are the state that runs hand on to each other. */
export interface StateNames {
  /** The state entry that an input reads; `undefined` for an input that is fed. */
  readonly read: (input: string) => string | undefined;
  /** The state entry that an output becomes; `undefined` for a result. */
  readonly written: (output: string) => string | undefined;
  /** Whether a state entry is a weight of a model. */
  readonly isWeight?: (entry: string) => boolean;
}

/** How a traced function is to be run. */
export interface CompileRequest {
  readonly state: StateNames;
  /** The name of the random stream that an input holds uniform numbers of; `undefined` for others. */
  readonly streamOf?: (input: string) => string | undefined;
  /** Inputs that are fed in another form than the function sees. */
  readonly encodings?: InputEncodings;
}

/**
 * A function of tensors, compiled: traced, simplified, planned, turned into code that runs on a state.
 *
 * The one runtime below `compileStep` and the compiled executor. Several compiled graphs may take turns on one state.
 */
export class CompiledGraph<State extends StateMemory = StateMemory> {
  readonly traced: Traced;
  readonly code: GeneratedCode<State>;
  readonly #check: IndexCheck;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(traced: Traced, code: GeneratedCode<State>, check: IndexCheck) {
    this.traced = traced;
    this.code = code;
    this.#check = check;
  }

  /**
   * Compiles what was traced.
   *
   * @throws EspalierError as the code generator does.
   */
  static async compile<State extends StateMemory>(
    traced: Traced,
    generator: CodeGenerator<State>,
    { state, streamOf = () => undefined, encodings = new Map() }: CompileRequest,
  ): Promise<CompiledGraph<State>> {
    const wholes = [...encodings].flatMap(([name, { rows }]) => (rows ? [name] : []));
    const { graph, bounds } = indexBounds(
      simplify(encodeInputs(traced.graph, encodings)),
      (input) => state.read(input) === undefined,
      new Set(wholes.map(rowsInput)),
    );
    const writes = entries(graph.outputs, state.written);
    const code = await generator.generate({
      graph,
      reads: entries(graph.inputs, state.read),
      writes,
      weights: new Set([...writes.values()].filter((entry) => state.isWeight?.(entry))),
      anyLength: new Set(wholes),
      streams: entries(graph.inputs, streamOf),
    });
    return new CompiledGraph(traced, code, new IndexCheck(bounds, new Set(wholes)));
  }

  /**
   * Runs once. The state moves on only when everything went well.
   *
   * @throws IndexOutOfBounds before anything has run.
   */
  run(state: State, feed: Feed): MaybePromise<HostTensors> {
    const running = this.code.run(state, this.#check.of(feed));
    if (isPromise(running)) this.#running = running.catch(() => undefined);
    return running;
  }

  /** The code bound to a state, where it runs at once. Whoever writes an input has it checked by `checkInput`. */
  bind(state: State): BoundCode | undefined {
    return this.code.bind?.(state);
  }

  /** Whether an input holds row numbers that are to be checked. */
  checks(name: string): boolean {
    return this.#check.has(name);
  }

  /** @throws IndexOutOfBounds where an input holds a row number that its table has not. */
  checkInput(name: string, data: TensorArray): void {
    this.#check.look(name, data);
  }

  /** Frees the code once it is idle. */
  async release(): Promise<void> {
    await this.#running;
    await this.code.release();
  }
}

function entries(
  list: Graph['inputs'],
  entryOf: (name: string) => string | undefined,
): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const { name } of list) {
    const entry = entryOf(name);
    if (entry !== undefined) map.set(name, entry);
  }
  return map;
}

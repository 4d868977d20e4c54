import { EspalierError } from '@espalier/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { toModel } from '../codegen/onnx/model.js';
import type { PlainStateMemory } from '../compiled-graph/code-generator.js';
import type { CompiledGraph } from '../compiled-graph/compiled-graph.js';
import type { HostTensor, HostTensors } from '../compiled-graph/host-tensor.js';
import { exportedGraph } from '../export/exported-graph.js';
import { explainGraph } from '../graph/explain.js';
import type { Graph, NamedValue } from '../graph/graph.js';
import type { InputSpec } from '../trace/trace.js';
import { checkedTensor, isLeaf } from './step-leaves.js';
import type { CompiledStep } from './step-types.js';
import type { Tree } from './tree.js';
import { flatten } from './tree.js';

/** What {@link compileStep} has made. */
export interface StepParts<State extends PlainStateMemory> {
  /** With outputs under their own paths. */
  readonly traced: Graph;
  readonly compiled: CompiledGraph<State>;
  readonly state: State;
  /** The tree that the function returned, with paths at its leaves. */
  readonly returned: Tree<string>;
  /** The names that outputs have in the compiled graph, by path. */
  readonly names: ReadonlyMap<string, string>;
  /** Input paths by the path of the output that each run hands on to the next. */
  readonly carry: ReadonlyMap<string, string>;
}

/** A compiled function with the state that it carries. */
export class Step<State extends PlainStateMemory> implements CompiledStep {
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly InputSpec[];
  readonly #parts: StepParts<State>;
  readonly #carried: ReadonlyMap<string, InputSpec>;
  #running = false;
  #disposed = false;

  constructor(parts: StepParts<State>) {
    this.#parts = parts;
    const carried = new Set(parts.carry.values());
    const inputs = parts.traced.inputs.map(specOf);
    this.inputs = inputs.filter(({ name }) => !carried.has(name));
    this.outputs = parts.traced.outputs.map(specOf);
    this.#carried = new Map(inputs.filter(({ name }) => carried.has(name)).map((spec) => [spec.name, spec]));
  }

  async run(inputs: Tree<Tensor | HostTensor>): Promise<Tree<HostTensor>> {
    this.#checkAlive();
    if (this.#running)
      throw failure(
        'invalid-data',
        'A compiled step was started while it was still running: await each run.',
      );
    const fed = this.#fed(inputs);
    const { compiled, state, returned, names } = this.#parts;
    this.#running = true;
    let results: HostTensors;
    try {
      results = await compiled.run(state, (name) => fed.get(name)!.data);
    } catch (cause) {
      throw failure('execution-failed', `The compiled step failed: ${(cause as Error).message}`, cause);
    } finally {
      this.#running = false;
    }
    const specs = new Map(this.outputs.map((spec) => [spec.name, spec]));
    return this.#tree(returned, (path) => {
      const { shape, dtype } = specs.get(path)!;
      return { data: results[names.get(path)!]!.data.slice(), shape, dtype } as HostTensor;
    });
  }

  readState(prefix = ''): HostTensors {
    this.#checkAlive();
    return this.#parts.state.copy(prefix);
  }

  writeState(entries: Readonly<Record<string, Tensor | HostTensor>>): void {
    this.#checkAlive();
    const checked: Record<string, HostTensor> = {};
    for (const [name, entry] of Object.entries(entries)) {
      const spec = this.#carried.get(name);
      if (!spec)
        throw failure(
          'invalid-data',
          `"${name}" is not carried from step to step; carried: ${[...this.#carried.keys()].join(', ')}.`,
        );
      checked[name] = checkedTensor(`State "${name}"`, entry, spec);
    }
    this.#parts.state.write(checked);
  }

  explain(): string {
    const code = this.#parts.compiled.code.explain?.();
    const graph = explainGraph(this.#parts.traced);
    return code === undefined ? graph : `${graph}\n\n${code}`;
  }

  toOnnx(): Uint8Array {
    return toModel(exportedGraph(this.#parts.compiled.traced.graph));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#parts.compiled.release();
    await this.#parts.state.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed) throw failure('execution-failed', 'The compiled step has been disposed.');
  }

  /** What a run is given, by input path, as it was declared. */
  #fed(inputs: Tree<Tensor | HostTensor>): ReadonlyMap<string, HostTensor> {
    const given = new Map(flatten(inputs, isLeaf) as [string, Tensor | HostTensor][]);
    const declared = new Set(this.#parts.traced.inputs.map(({ name }) => name));
    for (const name of given.keys())
      if (!declared.has(name))
        throw failure(
          'invalid-data',
          `There is no input "${name}" among the example inputs; there are: ${[...declared].join(', ')}.`,
        );
    return new Map(
      this.inputs.map((spec) => [
        spec.name,
        checkedTensor(`Input "${spec.name}"`, given.get(spec.name), spec),
      ]),
    );
  }

  /** The returned tree without its carried leaves. */
  #tree(node: Tree<string>, leaf: (path: string) => HostTensor): Tree<HostTensor> {
    if (typeof node === 'string') return leaf(node);
    const keep = (child: Tree<string>): boolean => typeof child !== 'string' || !this.#parts.carry.has(child);
    if (Array.isArray(node))
      return (node as Tree<string>[]).filter(keep).map((child) => this.#tree(child, leaf));
    const entries = Object.entries(node as Record<string, Tree<string>>).filter(([, child]) => keep(child));
    return Object.fromEntries(entries.map(([key, child]) => [key, this.#tree(child, leaf)]));
  }
}

function specOf({ name, value: { shape, dtype } }: NamedValue): InputSpec {
  return { name, shape, dtype };
}

function failure(code: 'invalid-data' | 'execution-failed', message: string, cause?: unknown): EspalierError {
  return new EspalierError({ code, scope: 'compile', message, cause });
}

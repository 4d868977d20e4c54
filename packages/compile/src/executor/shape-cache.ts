import type { HostBatch, StepProgram } from '@espalier/core';
import type { CodeGenerator, GeneratedCode } from '../compiled-graph/code-generator.js';
import { CompiledGraph, type StateNames } from '../compiled-graph/compiled-graph.js';
import type { InputEncodings } from '../passes/encode-inputs.js';
import { type DescribedBatch, describeBatch, sameForm } from './batch-encoding.js';
import { type StepFeeds, stepFeeds } from './step-feeds.js';
import type { StepKind } from './step-functions.js';
import { tracesOf } from './step-traces.js';
import type { StepShapes } from './trace-step.js';

/** A function of the program, compiled for one batch shape. */
export interface CompiledKind {
  readonly graph: CompiledGraph;
  readonly feeds: StepFeeds;
  readonly encodings: InputEncodings;
  /** Training steps taken by it, and the one before which the function is traced again. */
  readonly taken: { steps: number; nextCheck: number };
}

interface LastUse {
  readonly batch: Partial<HostBatch>;
  readonly version: string;
  readonly compiled: CompiledKind;
}

/** Batch shapes of one kind that are found again at once: those of an epoch, and its shorter last one. */
const MOST_LAST = 4;

/** What is compiled of one program, by function and batch shape, least recently used first. */
export class ShapeCache {
  readonly notes: string[] = [];
  readonly generator: CodeGenerator;
  /** Everything loaded. Code does not refer to the program: whoever holds it does not keep that alive. */
  readonly code = new Set<GeneratedCode>();
  readonly #compiled = new Map<string, Promise<CompiledKind>>();
  /** The last batches of each kind, one of each shape, and what they ran on. All of a kind are of one version. */
  readonly #last = new Map<StepKind, readonly LastUse[]>();
  readonly #program: StepProgram;
  readonly #size: number;

  constructor(program: StepProgram, generator: CodeGenerator, size: number) {
    this.#program = program;
    this.generator = generator;
    this.#size = size;
  }

  /**
   * The compiled step for this kind where one of the last batches that asked was like this one: at once, for the path of every step.
   *
   * @param several Of a batch that holds several: the examples of each; whether what is trained may have changed since the last one.
   */
  known(
    kind: StepKind,
    batch: Partial<HostBatch>,
    several?: { readonly examples: number; readonly mayDiffer: boolean },
  ): CompiledKind | undefined {
    const all = this.#last.get(kind);
    if (!all) return undefined;
    for (const last of all) {
      if (!sameForm(last.batch, batch, several?.examples)) continue;
      const holds = several?.mayDiffer === false || last.version === this.#program.version();
      return holds ? last.compiled : undefined;
    }
    return undefined;
  }

  /** The compiled step for this kind and batch shape. */
  async get(kind: StepKind, state: StepShapes['state'], batch: Partial<HostBatch>): Promise<CompiledKind> {
    const described = describeBatch(batch, this.generator.readsInPlace);
    const key = `${kind} ${this.#program.version()} ${described.key}`;
    const known = this.#compiled.get(key);
    const compiled = known ?? this.#compile(kind, { state, batch }, described);
    if (known) this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    try {
      this.#remember(kind, { batch, version: this.#program.version(), compiled: await compiled });
    } catch (error) {
      this.#compiled.delete(key);
      throw error;
    }
    if (this.#compiled.size > this.#size) {
      const [oldest, evicted] = this.#compiled.entries().next().value!;
      this.#compiled.delete(oldest);
      this.#last.clear();
      await this.#release(evicted);
    }
    return compiled;
  }

  #remember(kind: StepKind, use: LastUse): void {
    const others = (this.#last.get(kind) ?? []).filter(
      ({ version, compiled }) => version === use.version && compiled !== use.compiled,
    );
    this.#last.set(kind, [use, ...others].slice(0, MOST_LAST));
  }

  /** Releases everything; what is asked for later is compiled again. */
  async clear(): Promise<void> {
    const all = [...this.#compiled.values()];
    this.#compiled.clear();
    this.#last.clear();
    for (const compiled of all) await this.#release(compiled);
  }

  async #release(compiling: Promise<CompiledKind>): Promise<void> {
    const compiled = await compiling.catch(() => undefined);
    if (!compiled) return;
    await compiled.graph.release();
    this.code.delete(compiled.graph.code);
  }

  async #compile(
    kind: StepKind,
    shapes: StepShapes,
    { key, encodings }: DescribedBatch,
  ): Promise<CompiledKind> {
    const startedAt = performance.now();
    const traced = tracesOf(this.#program).take(kind, shapes);
    const graph = await CompiledGraph.compile(traced, this.generator, {
      state: stateNames,
      streamOf,
      encodings,
    });
    this.code.add(graph.code);
    const took = Math.round(performance.now() - startedAt);
    this.notes.push(
      `compiled the ${kind} step for ${key || 'no batch'}: ${graph.code.size} operators in ${took} ms`,
    );
    return {
      graph,
      feeds: stepFeeds(traced.graph, encodings),
      encodings,
      taken: { steps: 0, nextCheck: 8 },
    };
  }
}

/** In traced steps, inputs `state/<entry>` become outputs `next/<entry>`. */
const stateNames: StateNames = {
  read: after('state/'),
  written: after('next/'),
  isWeight: (entry) => entry.startsWith('parameters/'),
};

const streamOf = after('random/uniform/');

function after(prefix: string): (name: string) => string | undefined {
  return (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined);
}

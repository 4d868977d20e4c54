import type {
  Availability,
  Executor,
  ExecutorSession,
  HostArrays,
  HostBatch,
  StepInputs,
  StepResult,
  StepSums,
} from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { deviceProblem, openDevice } from '../codegen/onnx/runtime/device.js';
import { runtimeName } from '../codegen/onnx/runtime/runtime.js';
import type {
  OnnxRuntimeModule,
  RuntimeName,
  RuntimeOptions,
} from '../codegen/onnx/runtime/runtime-types.js';
import { ShapeCache } from './shape-cache.js';
import { ProgramRegistry } from './program-registry.js';
import { StateStore } from '../codegen/onnx/state/state-store.js';
import type { StepOutputs } from './step-graph.js';

/** How compiled steps run. */
export interface CompiledOptions {
  /** Default `cpu`. `webgpu` and `cuda` need an ONNX Runtime that has them. */
  readonly device?: 'cpu' | 'webgpu' | 'cuda';
  /**
   * Threads inside one operator. Default 1, which small steps are fastest with. In onnxruntime-web the first executor of a
   * process decides for all.
   */
  readonly threads?: number;
  /**
   * Default `onnxruntime-node` in Node, `onnxruntime-web` elsewhere. Or the module itself: `import * as ort from
   * 'onnxruntime-web/webgpu'`, then `runtime: ort`, where it comes from a CDN or needs settings of its own.
   */
  readonly runtime?: RuntimeName | OnnxRuntimeModule;
  /** Most compiled graphs (one for each kind of step and batch shape) kept for a program. Default 16. */
  readonly cacheSize?: number;
}

/** The executor that {@link compiled} makes. */
export interface CompiledExecutor extends Executor {
  isAvailable(): Promise<Availability>;
  /**
   * Frees everything compiled so far. Without it what belongs to a trainer goes with the trainer, when that is garbage.
   * A run that still goes on compiles again.
   */
  release(): Promise<void>;
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
export function compiled(options: CompiledOptions = {}): CompiledExecutor {
  const { device = 'cpu', threads = 1, cacheSize = 16 } = options;
  const check = checkOptions('compiled');
  check.oneOf('device', device, ['cpu', 'webgpu', 'cuda']);
  check.integer('threads', threads, { min: 1 });
  check.integer('cacheSize', cacheSize, { min: 1 });
  if (typeof options.runtime !== 'object')
    check.oneOf('runtime', options.runtime ?? 'onnxruntime-node', ['onnxruntime-node', 'onnxruntime-web']);
  const runtimeOptions: RuntimeOptions = { ...options, device, threads };
  const runtimeIs = runtimeName(options);
  const name = `compiled (${device === 'cpu' && runtimeIs === 'onnxruntime-web' ? 'wasm' : device})`;
  const caches = new ProgramRegistry();
  return {
    name,
    async isAvailable() {
      try {
        const problem = await deviceProblem(runtimeOptions);
        return problem
          ? { available: false, reason: clause(problem.reason), fix: clause(problem.fix) }
          : { available: true };
      } catch (error) {
        const reason = `${runtimeIs} could not be loaded: ${((error as Error).cause as Error).message}`;
        return { available: false, reason, fix: `npm install ${runtimeIs}` };
      }
    },
    async start(program, state) {
      const runtime = await openDevice(runtimeOptions);
      const cache = caches.of(program, () => new ShapeCache(program, runtime, runtimeOptions, cacheSize));
      return new CompiledSession(name, cache, await StateStore.create(runtime, runtimeOptions, state));
    },
    release: () => caches.release(),
  };
}

class CompiledSession implements ExecutorSession {
  readonly name: string;
  readonly #cache: ShapeCache;
  readonly #store: StateStore;
  /** Training steps of this session. */
  #steps = 0;
  /** The step before which the function is traced again. */
  #nextCheck = 2;

  constructor(name: string, cache: ShapeCache, store: StateStore) {
    this.name = name;
    this.#cache = cache;
    this.#store = store;
  }

  async train(batch: HostBatch, inputs: StepInputs): Promise<StepResult> {
    const graph = await this.#cache.get('train', this.#store, batch);
    this.#steps++;
    // A number that leaks into the step from outside may change at any time: looked for at steps 2, 8, 32, 128, ...
    if (this.#steps === this.#nextCheck) {
      graph.traced.verify();
      this.#nextCheck *= 4;
    }
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

  readState(prefix = ''): Promise<HostArrays> {
    return this.#store.copy(prefix);
  }

  writeState(entries: HostArrays): Promise<void> {
    return this.#store.write(entries);
  }

  takeNotes(): string[] {
    return this.#cache.notes.splice(0);
  }

  dispose(): void {
    // What is compiled belongs to the program. Nobody waits for device memory to be free.
    void this.#store.dispose();
  }
}

function sumsOf(outputs: StepOutputs): StepSums {
  const sums: Record<string, HostArrays[string]['data']> = {};
  for (const name of Object.keys(outputs)) {
    if (name.startsWith('sum/')) sums[name.slice('sum/'.length)] = outputs[name]!.data.slice();
  }
  return sums;
}

/** Reasons and fixes are put together by whoever shows them. */
function clause(sentence: string): string {
  return sentence.replace(/[.]$/, '');
}

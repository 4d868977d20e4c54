import type { Availability, Executor, StepProgram } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { importFailure, inNode } from '@espalier/core/internal';
import { deviceProblem, openDevice } from '../codegen/onnx/runtime/device.js';
import { RUNTIME_OPTION_RULES } from '../codegen/onnx/runtime/runtime-option-rules.js';
import { runtimeName } from '../codegen/onnx/runtime/runtime.js';
import type {
  OnnxRuntimeModule,
  RuntimeName,
  RuntimeOptions,
} from '../codegen/onnx/runtime/runtime-types.js';
import { wasmAvailability } from '../codegen/wasm/availability.js';
import { wasmGenerator } from '../codegen/wasm/wasm-generator.js';
import { type Choices, ChoosingSession, type Targets } from './choosing-session.js';
import { ShapeCache } from './shape-cache.js';
import { CompiledSession } from './compiled-session.js';
import { ProgramRegistry } from './program-registry.js';

/** What steps are compiled to. */
export type Target = 'auto' | 'onnx' | 'wasm';

/** How compiled steps run. */
export interface CompiledOptions {
  /**
   * What a step is compiled to. `onnx`: a graph that ONNX Runtime runs. `wasm`: one WebAssembly module that runs in
   * one call, in Node and in browsers, without ONNX Runtime, and gives the same bits on every machine. `auto`, the default: in Node
   * whichever is faster for the step, by its shapes; in browsers `wasm`; `onnx` where an option of it is given.
   */
  readonly target?: Target;
  /** Of target `onnx`. Default `cpu`. `webgpu` and `cuda` need an ONNX Runtime that has them. */
  readonly device?: 'cpu' | 'webgpu' | 'cuda';
  /**
   * Of target `onnx`: threads inside one operator. Default 1, which small steps are fastest with. In onnxruntime-web the first executor of a
   * process decides for all.
   */
  readonly threads?: number;
  /**
   * Of target `onnx`. Default `onnxruntime-node` in Node, `onnxruntime-web` elsewhere. Or the module itself, where it comes from a
   * CDN or needs settings of its own, and for device `webgpu` in a browser: `import * as ort from 'onnxruntime-web/webgpu'`, then
   * `runtime: ort`.
   */
  readonly runtime?: RuntimeName | OnnxRuntimeModule;
  /**
   * Of target `wasm`: whether the products of matrices and convolutions may round a multiplication and the addition after it once, where
   * the processor does that. Faster, and no longer the same bits everywhere: the record says so. A checkpoint goes on with it and
   * without. Default false. Not in Node 20.
   */
  readonly relaxed?: boolean;
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
 * Traces each step once per batch shape, compiles it, and runs it: natively on ONNX Runtime, or as a WebAssembly module.
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
  const { values } = readOptions('compiled', options, {
    target: option.oneOf(['auto', 'onnx', 'wasm'], { default: 'auto' }),
    ...RUNTIME_OPTION_RULES,
    relaxed: option.boolean({ optional: true }),
    cacheSize: option.integer({ min: 1, default: 16 }),
  });
  const { target, cacheSize, device = 'cpu', threads = 1, relaxed = false } = values;
  const ofOnnx = (['device', 'threads', 'runtime'] as const).find((name) => values[name] !== undefined);
  if (target === 'wasm') {
    if (ofOnnx !== undefined) refuseOption(ofOnnx, 'onnx', target);
    return compiledToWasm(cacheSize, relaxed);
  }
  if (values.relaxed !== undefined) refuseOption('relaxed', 'wasm', target);
  const onnx = compiledToOnnx(options, { ...options, device, threads }, cacheSize);
  if (target === 'onnx' || ofOnnx !== undefined) return onnx;
  return compiledToEither(compiledToWasm(cacheSize), onnx);
}

/** Steps on whichever of two is faster, or present. */
function compiledToEither(wasm: CompiledExecutor, onnx: CompiledExecutor): CompiledExecutor {
  // In browsers ONNX Runtime is a large download that is no faster.
  let present: Promise<boolean> | undefined;
  const choices = new WeakMap<StepProgram, Choices>();
  const hasOnnx = (): Promise<boolean> =>
    (present ??= inNode() ? onnx.isAvailable().then(({ available }) => available) : Promise.resolve(false));
  return {
    name: 'compiled',
    isAvailable: async () =>
      (await wasm.isAvailable()).available ? { available: true } : onnx.isAvailable(),
    async start(program, state) {
      if (!(await wasm.isAvailable()).available) return onnx.start(program, state);
      if (!(await hasOnnx())) return wasm.start(program, state);
      const chosen = choices.get(program) ?? new Map();
      choices.set(program, chosen);
      const targets: Targets = {
        wasm: (own) => wasm.start(program, own),
        onnx: (own) => onnx.start(program, own),
      };
      return new ChoosingSession(program, state, targets, chosen);
    },
    async release() {
      await wasm.release();
      await onnx.release();
    },
  };
}

function compiledToOnnx(
  options: CompiledOptions,
  runtimeOptions: RuntimeOptions,
  cacheSize: number,
): CompiledExecutor {
  const { device = 'cpu' } = runtimeOptions;
  const runtimeIs = runtimeName(options);
  const name = `compiled (${device === 'cpu' && runtimeIs === 'onnxruntime-web' ? 'onnxruntime-web' : device})`;
  const programs = new ProgramRegistry();
  return {
    name,
    async isAvailable() {
      try {
        const problem = await deviceProblem(runtimeOptions);
        return problem
          ? { available: false, reason: clause(problem.reason), fix: clause(problem.fix) }
          : { available: true };
      } catch (error) {
        return { available: false, ...importFailure(runtimeIs, (error as Error).cause) };
      }
    },
    async start(program, state) {
      const runtime = await openDevice(runtimeOptions);
      // Apart, so that a page whose steps are WebAssembly does not load it.
      const { onnxGenerator } = await import('../codegen/onnx/onnx-generator.js');
      const cache = programs.of(program, () => {
        return new ShapeCache(program, onnxGenerator(runtime, runtimeOptions), cacheSize);
      });
      return CompiledSession.start({ name, device, cache }, state);
    },
    release: () => programs.release(),
  };
}

/** Steps as WebAssembly, which needs nothing that could be missing but its vector instructions. */
function compiledToWasm(cacheSize: number, relaxed = false): CompiledExecutor {
  const programs = new ProgramRegistry();
  const name = relaxed ? 'compiled (wasm, relaxed)' : 'compiled (wasm)';
  return {
    name,
    isAvailable: async () => wasmAvailability(relaxed),
    async start(program, state) {
      const present = wasmAvailability(relaxed);
      if (!present.available)
        throw new EspalierError({
          code: 'executor-unavailable',
          scope: 'compile',
          message: `${present.reason}. Fix: ${present.fix}.`,
        });
      const cache = programs.of(program, () => new ShapeCache(program, wasmGenerator(relaxed), cacheSize));
      if (relaxed) cache.notes.push(RELAXED);
      return CompiledSession.start({ name, device: 'cpu', cache }, state);
    },
    release: () => programs.release(),
  };
}

/** What the record of a relaxed run says: a checkpoint takes it along. */
const RELAXED =
  'relaxed: products round a multiplication and an addition once where the processor does that; the bits are those of this machine.';

function refuseOption(name: string, of: Target, target: Target): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'compiled',
    message: `${name} is an option of target "${of}", and target is "${target}": leave one of them out.`,
  });
}

/** Reasons and fixes are put together by whoever shows them. */
function clause(sentence: string): string {
  return sentence.replace(/[.]$/, '');
}

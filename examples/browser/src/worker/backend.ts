// eslint-disable-next-line no-restricted-imports -- the address of a file, not a module.
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { compiled, eager, type Executor, useBackend, wasm } from 'espalier';
import type { Engine } from '../settings.js';

/** Starts TensorFlow.js' wasm backend: for eager steps, and to make models with. */
export async function startBackend(): Promise<void> {
  // Of the three builds only this one is ever loaded: Espalier's backend needs SIMD and runs on one thread.
  const names = [
    'tfjs-backend-wasm.wasm',
    'tfjs-backend-wasm-simd.wasm',
    'tfjs-backend-wasm-threaded-simd.wasm',
  ];
  const wasmPaths = Object.fromEntries(names.map((name) => [name, simd]));
  await useBackend(wasm({ wasmPaths }));
}

const executors: Record<Engine, () => Executor | Promise<Executor>> = {
  compiled: () => compiled(),
  // A build of its own, loaded by whoever asks for it.
  webgpu: async () => compiled({ device: 'webgpu', runtime: await import('onnxruntime-web/webgpu') }),
  eager: () => eager(),
};

/** The executor of an engine. */
export async function executorOf(engine: Engine): Promise<Executor> {
  return executors[engine]();
}

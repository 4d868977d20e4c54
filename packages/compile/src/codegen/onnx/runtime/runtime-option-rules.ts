import { option } from '@espalier/core';
import type { Device, OnnxRuntimeModule, RuntimeName } from './runtime-types.js';

const DEVICES = ['cpu', 'webgpu', 'cuda'] as const satisfies readonly Device[];
const RUNTIMES: readonly unknown[] = ['onnxruntime-node', 'onnxruntime-web'] satisfies readonly RuntimeName[];

/** What the options are that say which ONNX Runtime, where on it, and how. */
export const RUNTIME_OPTION_RULES = {
  device: option.oneOf(DEVICES, { optional: true }),
  threads: option.integer({ min: 1, optional: true }),
  runtime: option.custom<RuntimeName | OnnxRuntimeModule, { readonly optional: true }>({
    optional: true,
    expected: "'onnxruntime-node', 'onnxruntime-web' or the imported module itself",
    accepts: (value) => RUNTIMES.includes(value) || isModule(value),
    toJson: (value) => (typeof value === 'string' ? value : 'module'),
  }),
};

function isModule(value: unknown): boolean {
  const { InferenceSession, Tensor, env } = (value ?? {}) as Partial<OnnxRuntimeModule>;
  return typeof InferenceSession?.create === 'function' && typeof Tensor === 'function' && !!env;
}

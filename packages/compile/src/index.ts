export { compileStep } from './run/compile-step.js';
export type {
  CompiledStep,
  CompileOptions,
  HostTensor,
  StepFeeds,
  StepResults,
  TensorSpec,
} from './run/step-types.js';
export type { OnnxRuntimeModule, RuntimeName } from './run/runtime-types.js';
export type { CompiledExecutor, CompiledOptions } from './executor/compiled.js';
export { compiled } from './executor/compiled.js';
export { exportOnnx } from './export/export-onnx.js';

export { compileStep } from './compile-step/compile-step.js';
export type {
  CompiledStep,
  CompileOptions,
  StepFeeds,
  StepResults,
  TensorSpec,
} from './compile-step/step-types.js';
export type { HostTensor } from './compiled-graph/host-tensor.js';
export type { OnnxRuntimeModule, RuntimeName } from './codegen/onnx/runtime/runtime-types.js';
export type { CompiledExecutor, CompiledOptions, Target } from './executor/compiled.js';
export { compiled } from './executor/compiled.js';
export { exportOnnx } from './export/export-onnx.js';

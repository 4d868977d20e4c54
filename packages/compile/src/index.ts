export { compileStep } from './run/compile-step.js';
export type { CompiledStep, CompileOptions, HostTensor, TensorSpec } from './run/compile-step.js';
export { traceScope } from './trace/scope.js';

export type { KernelReport } from '@espalier/core/internal';
export { kernelReport } from './kernel-report.js';
export type { WasmOptions } from './wasm.js';
export { wasm } from './wasm.js';
export type { WasmPaths } from './wasm-files.js';

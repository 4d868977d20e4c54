export type { KernelReport } from './install.js';
export { kernelReport } from './install.js';
export type { WasmOptions } from './wasm.js';
export { wasm } from './wasm.js';
export type { WasmPaths } from './wasm-files.js';

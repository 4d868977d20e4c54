export type { KernelReport } from './install.js';
export { kernelReport } from './install.js';
export type { Flavor } from './loading/flavor.js';
export { node } from './node.js';
export type { NodeOptions } from './tensorflow-backend.js';
export { tensorflowBackend } from './tensorflow-backend.js';

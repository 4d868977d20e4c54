export type { KernelReport } from '@espalier/core/internal';
export { kernelReport } from './kernel-report.js';
export type { Flavor } from './loading/flavor.js';
export { node } from './node.js';
export type { NodeOptions } from './tensorflow-backend.js';
export { tensorflowBackend } from './tensorflow-backend.js';

export type { KernelReport } from './install.js';
export { kernelReport } from './install.js';
export type { WebgpuOptions } from './webgpu.js';
export { webgpu } from './webgpu.js';
export type { PowerPreference } from './gpu-types.js';

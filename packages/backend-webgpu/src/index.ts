export type { KernelReport } from '@espalier/core/internal';
export { kernelReport } from './kernel-report.js';
export type { WebgpuOptions } from './webgpu.js';
export { webgpu } from './webgpu.js';
export type { PowerPreference } from './gpu-types.js';

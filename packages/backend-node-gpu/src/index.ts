export type { NodeOptions as NodeGpuOptions } from '@espalier/backend-node';
export { nodeGpu } from './node-gpu.js';

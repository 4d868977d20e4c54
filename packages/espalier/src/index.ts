export * from '@espalier/backend-wasm';
export * from '@espalier/callbacks';
export * from '@espalier/compile';
export * from '@espalier/core';
export * from '@espalier/datasets';
export * from '@espalier/losses';
export * from '@espalier/metrics';
export * from '@espalier/models';
export * from '@espalier/optimizers';
export * from '@espalier/regularizers';
export * from '@espalier/visualization';
export * from '@espalier/workers';
// Each backend has a `kernelReport`; the one here is backend-wasm's.
export { node } from '@espalier/backend-node';
export { nodeGpu } from '@espalier/backend-node-gpu';
export { webgpu } from '@espalier/backend-webgpu';
export { auto } from './auto.js';
// Two packages have something of this name; this is the one meant.
export type { ConfusionMatrixOptions } from '@espalier/metrics';
export type { TrainerOptions } from './trainer.js';
// Named exports win over those of `export *`: the Trainer here is the one with `auto` inside.
export { Trainer } from './trainer.js';

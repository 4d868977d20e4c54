export type { EarlyStoppingOptions } from './early-stopping.js';
export { earlyStopping } from './early-stopping.js';
export type { MonitorMode } from './monitor.js';
export type { ProgressBarOptions, ProgressStream } from './progress-bar.js';
export { progressBar } from './progress-bar.js';
export type { ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.js';
export { reduceLROnPlateau } from './reduce-lr-on-plateau.js';

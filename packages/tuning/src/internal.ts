/**
 * What packages that carry a study elsewhere share with it. It may change in any release.
 *
 * @module
 */
export { failureOf } from './study/ending.js';
export { prunes } from './study/prunes.js';
export { StudyState } from './study/study-state.js';
export type { TrialHost } from './study/trial.js';
export { Trial } from './study/trial.js';

export type { ScriptedRunOptions, ScriptedRunResult } from './scripted-run.js';
export { scriptedRun } from './scripted-run.js';
export type { TestStep, TestStepOptions } from './test-step.js';
export { testStep } from './test-step.js';

import type { ProgramOptions } from './program.js';

/** The options of an ONNX Runtime session for a compiled step. */
export function sessionOptions(options: ProgramOptions): Record<string, unknown> {
  return {
    executionProviders: options.device === undefined || options.device === 'cpu' ? ['cpu'] : [options.device],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // What is left to gain is small, and `all` lays data out for convolutions whose filters never change.
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
    ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
  };
}

import type { RuntimeOptions } from './runtime-types.js';

/** What goes where on a device. */
export interface Places {
  /** Outputs that are to stay on the device. */
  readonly onDevice?: readonly string[];
  /** Nodes that are to run on the CPU, by name. */
  readonly onCpu?: readonly string[];
}

/** The options of an ONNX Runtime session for a compiled step. */
export function sessionOptions(
  options: RuntimeOptions,
  { onDevice = [], onCpu = [] }: Places = {},
): Record<string, unknown> {
  const device = options.device ?? 'cpu';
  return {
    executionProviders: [onCpu.length === 0 ? device : { name: device, forceCpuNodeNames: onCpu }],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // On a CPU `all` lays data out for convolutions whose filters never change, and loses time.
    graphOptimizationLevel: (options.device ?? 'cpu') === 'cpu' ? 'basic' : 'all',
    // Errors are thrown and reported; the runtime need not print them as well.
    logSeverityLevel: 4,
    ...(onDevice.length === 0
      ? {}
      : { preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer'])) }),
    ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
  };
}

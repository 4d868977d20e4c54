import { operationContract, type RunOperations } from '@espalier/testkit';
import { describe, test } from 'vitest';
import { howToGetSoftwareGpu, useSoftwareGpu } from '../../../../testing/support/software-gpu.js';
import { compiled } from '../executor/compiled.js';
import { compileStep } from './compile-step.js';
import type { HostTensor } from '../compiled-graph/host-tensor.js';
import type { CompileOptions } from './step-types.js';

const runOn =
  (options: CompileOptions): RunOperations =>
  async (fn, inputs) => {
    const given = inputs.map((input) => ({ ...input, dtype: 'float32' as const }));
    const step = await compileStep((tensors) => fn([...tensors]), given, options);
    try {
      return (await step.run(given)) as readonly HostTensor[];
    } finally {
      await step.dispose();
    }
  };

describe('onnxruntime-web', () => operationContract(runOn({ runtime: 'onnxruntime-web' }), { cases: 3 }));

useSoftwareGpu();
const webgpu = await compiled({ device: 'webgpu' }).isAvailable();
/** WGSL allows an error of 2^-11 in its sine and cosine, and the software GPU uses it. */
const COARSE = 'off by 2e-4, as WGSL allows';

describe('WebGPU', () => {
  // Each case compiles shaders.
  if (webgpu.available)
    operationContract(runOn({ device: 'webgpu' }), { cases: 2, defects: { sin: COARSE, cos: COARSE } });
  else
    test('every operation', ({ skip }) => {
      skip(`${howToGetSoftwareGpu} (${webgpu.reason})`);
    });
});

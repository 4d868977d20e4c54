import { executorContract, exportsContract, operationContract } from '@espalier/testkit';
import type { HostTensor } from './index.js';
import * as exported from './index.js';

const { compiled, compileStep } = exported;

exportsContract({
  exported,
  factories: ['compiled', 'compileStep'],
  notFactories: new Set(['exportOnnx']),
});

executorContract('compiled (cpu)', () => compiled({ target: 'onnx' }));
executorContract('compiled', () => compiled());
executorContract('compiled (wasm)', () => compiled({ target: 'wasm' }));

for (const target of ['onnx', 'wasm'] as const)
  operationContract(
    async (fn, inputs) => {
      const given = inputs.map((input) => ({ ...input, dtype: 'float32' as const }));
      const step = await compileStep((tensors) => fn([...tensors]), given, { target });
      try {
        return (await step.run(given)) as readonly HostTensor[];
      } finally {
        await step.dispose();
      }
    },
    // Each case is a graph of its own.
    { cases: 5 },
  );

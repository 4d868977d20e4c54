import { EspalierError } from '@espalier/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NodeBackend } from './loading/tfjs-node.js';

const done = new WeakSet<NodeBackend>();
/** TensorFlow's status of an allocation that failed. */
const RESOURCE_EXHAUSTED = '8';

/** Lets errors of the library say which operation on which shapes they are of, instead of a number. */
export function clearErrors(backend: NodeBackend): void {
  if (done.has(backend)) return;
  done.add(backend);
  for (const method of ['executeSingleOutput', 'executeMultipleOutputs'] as const) {
    const stock = backend[method].bind(backend) as (...args: unknown[]) => never;
    backend[method] = (
      name: string,
      attributes: readonly unknown[],
      inputs: readonly TensorInfo[],
      ...rest: number[]
    ) => {
      try {
        return stock(name, attributes, inputs, ...rest);
      } catch (cause) {
        throw explain(name, inputs, cause);
      }
    };
  }
}

function explain(name: string, inputs: readonly TensorInfo[], cause: unknown): unknown {
  const [, status, message] =
    /^Invalid TF_Status: (\d+)\s+Message: ([^]*)$/.exec((cause as Error).message) ?? [];
  if (status === undefined) return cause;
  const given = inputs.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(', ');
  return new EspalierError({
    code: status === RESOURCE_EXHAUSTED ? 'out-of-memory' : 'execution-failed',
    scope: 'backend-node',
    message: `${name} of ${given}: ${message!.trim()}`,
    cause,
  });
}

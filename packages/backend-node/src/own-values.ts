import type { NodeBackend } from './loading/tfjs-node.js';

const done = new WeakSet<NodeBackend>();

/**
 * Lets tensors own their values.
 *
 * tfjs-node keeps the caller's typed array until an operation first reads the tensor, and the library may go on working
 * in its memory: a buffer that is used again, or values that were read and changed, would change the tensor.
 */
export function ownValues(backend: NodeBackend): void {
  if (done.has(backend)) return;
  done.add(backend);
  const stock = backend.move.bind(backend);
  backend.move = (dataId, values, shape, dtype, refCount) => {
    const numbers = isNumbers(values) && values.length > 0;
    stock(dataId, numbers ? values.slice() : values, shape, dtype, refCount);
    // Hands them over, so that reading gives copies. Strings and empty tensors go when they are used.
    if (numbers) backend.getInputTensorIds([{ dataId }]);
  };
}

const isNumbers = (values: unknown): values is Float32Array =>
  ArrayBuffer.isView(values) && !(values instanceof DataView);

import type { NodeBackend } from './loading/tfjs-node.js';

const done = new WeakSet<NodeBackend>();

/**
 * Lets tensors own their values from the moment they are made.
 *
 * tfjs-node keeps the caller's typed array until an operation first reads the tensor: a buffer that is used again, or
 * values that were read and changed, would change the tensor.
 */
export function ownValues(backend: NodeBackend): void {
  if (done.has(backend)) return;
  done.add(backend);
  const stock = backend.move.bind(backend);
  backend.move = (dataId, values, shape, dtype, refCount) => {
    stock(dataId, values, shape, dtype, refCount);
    // Strings are arrays; complex numbers and empty tensors are copied when they are used.
    if (ArrayBuffer.isView(values) && values.byteLength > 0) backend.getInputTensorIds([{ dataId }]);
  };
}

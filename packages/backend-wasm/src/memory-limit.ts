import { EspalierError } from '@espalier/core';
import type { EmscriptenModule } from './wasm-backend.js';

const MEBIBYTE = 1024 * 1024;
const limits = new WeakMap<EmscriptenModule, { bytes: number }>();

/**
 * Makes allocations beyond `limitMB` fail with a clear error. Without it a full heap answers address 0, and the next
 * upload overwrites what lies there.
 *
 * A second call changes the limit.
 */
export function limitMemory(module: EmscriptenModule, limitMB: number): void {
  const known = limits.get(module);
  if (known) {
    known.bytes = limitMB * MEBIBYTE;
    return;
  }
  const limit = { bytes: limitMB * MEBIBYTE };
  limits.set(module, limit);
  // The module puts the real function in its place at the first call: only that one can be wrapped for good.
  module._free(module._malloc(16));
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = allocate(bytes) >>> 0;
    if (address !== 0 && address + bytes <= limit.bytes) return address;
    if (address !== 0) module._free(address);
    else if (bytes === 0) return 0;
    throw new EspalierError({
      code: 'out-of-memory',
      scope: 'backend-wasm',
      message:
        `a tensor of ${megabytes(bytes)} MB does not fit below the limit of ${limit.bytes / MEBIBYTE} MB of wasm ` +
        'memory: dispose of tensors (tf.tidy, tf.memory()), take a smaller batch, or raise memoryLimitMB (at most 4096).',
    });
  };
}

function megabytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(bytes < MEBIBYTE ? 3 : 1);
}

import type { WasmBackend } from '../wasm-backend.js';

/** Runs `work` with the address of `floats` values of memory that is given back afterwards, whatever happens. */
export function withScratch<T>(backend: WasmBackend, floats: number, work: (address: number) => T): T {
  const address = backend.wasm._malloc(4 * Math.max(floats, 1)) >>> 0;
  try {
    return work(address);
  } finally {
    backend.wasm._free(address);
  }
}

import type { Availability } from '@espalier/core';
import { assembler as wasm } from '@espalier/core/internal';

let supported: boolean | undefined;

/** Whether this JavaScript engine runs WebAssembly with vector instructions; `relaxed`: those of relaxed rounding, too. */
export function wasmAvailability(relaxed = false): Availability {
  supported ??= runs([wasm.v128Zero, wasm.v128Zero, wasm.f32x4Add]);
  if (supported && relaxed && !runs([wasm.v128Zero, wasm.v128Zero, wasm.v128Zero, wasm.f32x4RelaxedMadd]))
    return {
      available: false,
      reason: 'this JavaScript engine does not run WebAssembly with relaxed SIMD',
      fix: 'use Node 22, Chromium 114 or later ones, or leave "relaxed" out',
    };
  return supported
    ? { available: true }
    : {
        available: false,
        reason: 'this JavaScript engine does not run WebAssembly with SIMD',
        fix: 'use Node 20 or a browser of 2023 or later, and a page whose policy allows WebAssembly; or compiled({ target: "onnx" })',
      };
}

/** @param vector Instructions that leave a vector. */
function runs(vector: wasm.Code): boolean {
  if (typeof WebAssembly !== 'object') return false;
  const body = [vector, 0x1a];
  return WebAssembly.validate(wasm.moduleBytes([{ name: 'f', parameters: 0, locals: [], body }]));
}

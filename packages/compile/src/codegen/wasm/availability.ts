import type { Availability } from '@espalier/core';
import { assembler as wasm } from '@espalier/core/internal';

let supported: boolean | undefined;

/** Whether this JavaScript engine runs WebAssembly with vector instructions. */
export function wasmAvailability(): Availability {
  supported ??= runsVectors();
  return supported
    ? { available: true }
    : {
        available: false,
        reason: 'this JavaScript engine does not run WebAssembly with SIMD',
        fix: 'use Node 20 or a browser of 2023 or later, and a page whose policy allows WebAssembly; or compiled({ target: "onnx" })',
      };
}

function runsVectors(): boolean {
  if (typeof WebAssembly !== 'object') return false;
  const body = [wasm.v128Zero, wasm.v128Zero, wasm.f32x4Add, 0x1a];
  return WebAssembly.validate(wasm.moduleBytes([{ name: 'f', parameters: 0, locals: [], body }]));
}

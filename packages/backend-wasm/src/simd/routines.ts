import { elementwiseRoutines } from './elementwise-routines.js';
import { maxWindow } from './pooling-routines.js';
import { productRoutines } from './product-routines.js';
import { reductionRoutines } from './reduction-routines.js';
import { moduleBytes } from './wasm-code.js';

/** Every SIMD routine as one WebAssembly binary (about 4 KB) that imports the memory it works in. */
export const routineBytes = (): Uint8Array<ArrayBuffer> =>
  moduleBytes([...productRoutines, ...reductionRoutines, ...elementwiseRoutines, maxWindow]);

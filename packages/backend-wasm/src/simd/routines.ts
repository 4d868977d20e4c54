import { assembler, productTiles } from '@espalier/core/internal';
import { elementwiseRoutines } from './elementwise-routines.js';
import { maxWindow } from './pooling-routines.js';
import { reductionRoutines } from './reduction-routines.js';

/** Every SIMD routine as one WebAssembly binary (about 4 KB) that imports the memory it works in. */
export const routineBytes = (): Uint8Array<ArrayBuffer> =>
  assembler.moduleBytes([...productTiles, ...reductionRoutines, ...elementwiseRoutines, maxWindow]);

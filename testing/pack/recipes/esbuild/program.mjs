import { cpu } from '@espalier/backend-cpu';
import { useBackend } from '@espalier/core';
import { train } from './train.js';

// A CommonJS file has no `await` at its top.
async function main() {
  const wasm = await train('wasm', { wasmPaths: `${__dirname}/` });
  await useBackend(cpu());
  console.log(JSON.stringify({ wasm }));
}
void main();

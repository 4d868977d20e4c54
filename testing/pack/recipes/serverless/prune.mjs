import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// Of each level of onnxruntime-node/bin only what the function runs on: napi-v6/linux/x64.
function keepOnly(folder, [name, ...rest]) {
  if (!name) return;
  for (const entry of readdirSync(folder))
    if (entry !== name) rmSync(join(folder, entry), { recursive: true });
  keepOnly(join(folder, name), rest);
}
const [api] = readdirSync('node_modules/onnxruntime-node/bin');
keepOnly('node_modules/onnxruntime-node/bin', [api, process.platform, process.arch]);

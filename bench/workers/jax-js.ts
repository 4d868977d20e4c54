/** jax-js on its wasm backend. Arguments: case as JSON, a folder in which `npm install @jax-js/jax` was run. */
import { pathToFileURL } from 'node:url';
import type { Case } from '../cases.js';
import { type JaxJs, jaxJsSteps } from '../jax-js-step.js';
import { pictures } from './data.js';
import { floatBatches } from './float-batches.js';
import { serve } from './serve.js';

const spec = JSON.parse(process.argv[2]!) as Case;
const module = pathToFileURL(`${process.argv[3]!}/node_modules/@jax-js/jax/dist/index.js`);
const jax = (await import(module.href)) as JaxJs;
const data = pictures(spec, Math.max(spec.steps, 10) * spec.batch);
await serve(20, await jaxJsSteps(jax, spec, floatBatches(data, spec)));

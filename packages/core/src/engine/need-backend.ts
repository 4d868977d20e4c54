import { EspalierError } from '../errors.js';
import { registeredBackends } from './tfjs-internals.js';

/**
 * Makes sure that TensorFlow.js has a backend to compute on, before it ends in "No backend found in registry".
 *
 * @throws EspalierError `backend-unavailable`, saying which packages have one.
 */
export function needBackend(scope: string): void {
  if (registeredBackends().length > 0) return;
  throw new EspalierError({
    code: 'backend-unavailable',
    scope,
    message:
      'TensorFlow.js has no backend yet. Start one before the first tensor or model is made: npm install @espalier/backend-wasm, ' +
      'then `await useBackend(wasm())`; or @espalier/backend-cpu and `await useBackend(cpu())`. In a bundled program a bare ' +
      "`import '@tensorflow/tfjs-backend-cpu'` is dropped: use cpu().",
  });
}

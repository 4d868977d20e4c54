import * as tf from '@tensorflow/tfjs-core';
import { type Backend, EspalierError, readOptions } from '@espalier/core';
import { importPeer, oneCopy, prepareTfjs, startInTurn } from '@espalier/core/internal';

const scope = 'backend-cpu';

/**
 * The TensorFlow.js backend in plain JavaScript: slow, and there wherever JavaScript runs.
 *
 * It is imported when it starts. A bare `import '@tensorflow/tfjs-backend-cpu'` does the same in a program that is not bundled;
 * bundlers for Node drop it, because that package says that importing it does nothing.
 *
 * @param options there are none; any is refused.
 * @returns a backend for `useBackend()`; its `activate()` may be called again at any time, and throws `backend-unavailable` where
 *   the package does not load.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * import { cpu } from '@espalier/backend-cpu';
 * await cpu().activate();
 * ```
 */
export function cpu(options: Readonly<Record<string, never>> = {}): Backend {
  readOptions(scope, options, {});
  return {
    name: 'cpu',
    isAvailable: async () => ({ available: true }),
    activate: () =>
      startInTurn(async () => {
        await importPeer(
          {
            packageName: '@tensorflow/tfjs-backend-cpu',
            scope,
            code: 'backend-unavailable',
            need: 'The cpu backend is that of TensorFlow.js',
          },
          () => import('@tensorflow/tfjs-backend-cpu'),
        );
        prepareTfjs();
        if (await tf.setBackend('cpu')) {
          // It would say once, in Node, that tfjs-node is faster; who chose it by name knows.
          (tf.backend() as { firstUse?: boolean }).firstUse = false;
          return;
        }
        throw new EspalierError({
          code: 'backend-unavailable',
          scope,
          message:
            'TensorFlow.js could not start it. There are probably two copies of TensorFlow.js. ' +
            oneCopy('@tensorflow/tfjs-core'),
        });
      }),
  };
}

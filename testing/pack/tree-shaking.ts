import { bundle } from '../browser/bundle-size.js';
import { callbackWithCore, lightImports } from '../bundling/light-imports.js';

/**
 * Bundles single imports of what was installed: each must bring the packages of TensorFlow.js that it needs and no others.
 *
 * @returns What each weighs.
 */
export async function checkTreeShaking(project: string): Promise<string> {
  const said: string[] = [];
  for (const { name, code, tensorflow, limit } of lightImports) {
    const found = await bundle(code, { withTensorflow: true, project });
    if (found.tensorflow.join() !== tensorflow.join() || found.bytes > limit)
      throw new Error(
        `${name}: ${found.bytes} bytes with ${found.tensorflow.join(', ') || 'no TensorFlow.js'}`,
      );
    said.push(`${name} ${(found.bytes / 1000).toFixed(1)} kB`);
  }
  const { bytes } = await bundle(callbackWithCore.code, { project });
  if (bytes > callbackWithCore.limit) throw new Error(`a callback with core: ${bytes} bytes`);
  return [...said, `a callback with core ${(bytes / 1000).toFixed(1)} kB`].join(', ');
}

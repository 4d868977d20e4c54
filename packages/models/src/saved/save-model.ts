import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, EspalierError } from '@espalier/core';
import { nodeFiles } from '@espalier/core/internal';

const SCOPE = 'save-model';

/**
 * Writes a layers model as TensorFlow.js' `model.json` and `weights.bin`, without tfjs-node: `loadModel` and
 * `tfl.loadLayersModel` read it.
 *
 * @param target A folder (in Node), which is made where it is not there; or an address of TensorFlow.js in a browser, as
 *   `indexeddb://digits` or `downloads://digits`.
 * @throws EspalierError `io` where it cannot be written.
 * @example
 * ```ts
 * await saveModel(model, 'models/digits');
 * const again = await loadModel('models/digits/model.json');
 * ```
 */
export async function saveModel(model: tfl.LayersModel, target: string): Promise<void> {
  checkOptions(SCOPE).text('target', target);
  try {
    if (/^\w+:\/\//.test(target)) {
      await model.save(target);
      return;
    }
    const files = await modelFiles(model);
    const { fs, path } = await nodeFiles(SCOPE, "give an address such as 'indexeddb://digits'");
    await fs.mkdir(target, { recursive: true });
    // The weights first: a model.json that is there is whole.
    for (const name of ['weights.bin', 'model.json'] as const) {
      const file = path.join(target, name);
      await fs.writeFile(`${file}.tmp`, files[name]);
      await fs.rename(`${file}.tmp`, file);
    }
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    const message = `cannot write '${target}': ${(cause as Error).message}.`;
    throw new EspalierError({ code: 'io', scope: SCOPE, message, cause });
  }
}

async function modelFiles(model: tfl.LayersModel): Promise<Record<'model.json' | 'weights.bin', Uint8Array>> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((given) => {
      artifacts = given;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const },
      });
    }),
  );
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const json = {
    modelTopology,
    format: 'layers-model',
    generatedBy: '@espalier/models',
    convertedBy: null,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  };
  return {
    'model.json': new TextEncoder().encode(JSON.stringify(json)),
    'weights.bin': new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)),
  };
}

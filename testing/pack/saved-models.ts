import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

const references = join(root, 'testing/references/models/saved');
const FILES = [
  'images.keras',
  'images.h5',
  'images.weights.h5',
  'expected.json',
  'torch.safetensors',
  'torch.json',
];

/** What the model of each kind of file predicts, as recipes/shared/read-models.js gives it. */
export type Predictions = Readonly<Record<string, readonly number[]>>;

/** Puts models of Keras and PyTorch into a folder of an installed project, one of them converted to `model.json` too. */
export async function putModels(project: string, folder: string): Promise<void> {
  const models = join(project, folder);
  mkdirSync(models, { recursive: true });
  for (const name of FILES) cpSync(join(references, name), join(models, name));
  const args = ['convert.mjs', join(folder, 'images.keras'), join(folder, 'images')];
  await mustRun('node', args, { cwd: project });
}

/** @throws Error where a model predicts something else than Keras and PyTorch did, or one is missing. */
export function checkPredictions(predictions: Predictions): void {
  const json = <T>(name: string): T => JSON.parse(readFileSync(join(references, name), 'utf8')) as T;
  const keras = json<{ images: { outputs: { data: number[] } } }>('expected.json').images.outputs.data;
  const torch = json<{ outputs: number[] }>('torch.json').outputs;
  for (const kind of ['keras', 'kerasBytes', 'h5', 'json', 'weights', 'safetensors']) {
    const [found, wanted] = [predictions[kind], kind === 'safetensors' ? torch : keras];
    const right =
      found?.length === wanted.length && found.every((value, i) => Math.abs(value - wanted[i]!) < 1e-5);
    if (!right) throw new Error(`the model of kind ${kind} predicts ${String(found)}, not ${wanted.join()}`);
  }
}

import { cpu } from '@espalier/backend-cpu';
import { useBackend } from '@espalier/core';
import { loadModel, saveModel } from '@espalier/models';

// A model of Keras as TensorFlow.js' model.json and weights.bin: node convert.mjs images.keras images
const [from, to] = process.argv.slice(2);
await useBackend(cpu());
await saveModel(await loadModel(from), to);

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Trainer } from '@espalier/core';
import { type Job, serveRuns } from '@espalier/workers';
import { toyParts } from './toy-parts.js';

export const runs = serveRuns({
  async train(_options: undefined, job: Job) {
    await tf.setBackend('cpu');
    const { data, ...parts } = toyParts();
    await new Trainer({ ...parts, plugins: [job.plugin()] }).fit(data, {
      epochs: 2,
      batchSize: 2,
      validation: data,
    });
  },
});

/** What a page may import and get no more of TensorFlow.js than it says. */
interface LightImport {
  readonly name: string;
  readonly code: string;
  /** Packages of TensorFlow.js that may come along. */
  readonly tensorflow: readonly string[];
  /** Bytes, minified and gzipped, TensorFlow.js included. */
  readonly limit: number;
}

/** Measured, and some room. */
export const lightImports: readonly LightImport[] = [
  {
    name: 'an error class of core',
    code: "export { EspalierError } from '@espalier/core';",
    tensorflow: [],
    limit: 3_000,
  },
  {
    name: 'an error class of espalier',
    code: "export { EspalierError } from 'espalier';",
    tensorflow: [],
    limit: 4_000,
  },
  {
    name: 'a page that talks to a worker',
    code: "export { workerPool } from '@espalier/workers';",
    tensorflow: [],
    limit: 16_000,
  },
  {
    name: 'a callback',
    code: "export { earlyStopping } from '@espalier/callbacks';",
    tensorflow: [],
    limit: 10_000,
  },
  {
    name: 'data',
    code: "export { fromArrays, split } from '@espalier/datasets';",
    tensorflow: [],
    limit: 16_000,
  },
  {
    name: 'a chart',
    code: "export { lineChart } from '@espalier/visualization';",
    tensorflow: [],
    limit: 24_000,
  },
  {
    name: 'an optimizer',
    code: "export { adam } from '@espalier/optimizers';",
    tensorflow: ['tfjs-core'],
    limit: 40_000,
  },
  {
    name: 'a loss and a metric',
    code: "export { softmaxCrossEntropy } from '@espalier/losses'; export { accuracy } from '@espalier/metrics';",
    tensorflow: ['tfjs-core'],
    limit: 48_000,
  },
];

/** What a trainer with compiled steps brings besides core, which it has anyway, and TensorFlow.js. */
export const compiledSteps = {
  code: "export { compiled } from '@espalier/compile';",
  external: ['@espalier/core'],
  limit: 60_000,
};

/** A callback with the core that runs it in a loop of one's own, TensorFlow.js not counted. */
export const callbackWithCore = {
  code: "export { earlyStopping } from '@espalier/callbacks'; export { compose } from '@espalier/core';",
  limit: 30_000,
};

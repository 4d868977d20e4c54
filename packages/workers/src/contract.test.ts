import type { Plugin } from '@espalier/core';
import { exportsContract, pluginContract } from '@espalier/testkit';
import * as exported from './index.js';
import { runningJob } from './job.js';

/** A plugin as a job gets it: what it tells is copied as between threads, and nobody reads it. */
const pluginOf = (stepInterval: number | undefined, options?: { readonly name?: string }): Plugin =>
  runningJob((message) => void structuredClone(message), stepInterval).job.plugin(options);

pluginContract('job.plugin() with steps', () => pluginOf(0), {
  neutral: () => pluginOf(0),
  bad: { 'an empty name': () => pluginOf(0, { name: '' }) },
});
pluginContract('job.plugin() without steps', () => pluginOf(undefined), {
  neutral: () => pluginOf(undefined),
});

exportsContract({ exported, factories: [], notFactories: new Set(['serveRuns', 'workerPool']) });

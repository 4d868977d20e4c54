import { compiled, useBackend, wasm } from 'espalier';
import { type Job, serveRuns } from '@espalier/workers';
import {
  type ConfigurationReport,
  type ConfigurationRequest,
  scoreConfiguration,
} from './score-configuration.js';

/** WebAssembly for all: the same configuration comes to the same bits on every machine. */
const executor = compiled({ target: 'wasm' });
let starting: Promise<unknown> | undefined;

/** What the threads of the search do. */
export const runs = serveRuns({
  configuration: async (request: ConfigurationRequest, job: Job<ConfigurationReport>) => {
    await (starting ??= useBackend(wasm()));
    return scoreConfiguration(request, executor, job);
  },
});

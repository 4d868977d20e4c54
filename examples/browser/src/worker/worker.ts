import { serveRuns } from '@espalier/workers';
import { savedRun } from './saved-run.js';
import { train } from './train.js';

/** What the page asks of this worker. */
export const runs = serveRuns({ train, savedRun });

import type { CapabilityGroup } from './capability.js';
import { dataAndModels } from './capabilities/data-and-models.js';
import { lossesAndOptimizers } from './capabilities/losses-and-optimizers.js';
import { training } from './capabilities/training.js';
import { metrics } from './capabilities/metrics.js';
import { picturesAndSearch } from './capabilities/pictures-and-search.js';

/** Capabilities of the field's libraries, by kind. */
export const CAPABILITIES: readonly CapabilityGroup[] = [
  ...dataAndModels,
  ...lossesAndOptimizers,
  ...training,
  ...metrics,
  ...picturesAndSearch,
];

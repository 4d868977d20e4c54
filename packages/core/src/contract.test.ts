import { executorContract, exportsContract } from '@espalier/testkit';
import * as exported from './index.js';

const { eager } = exported;

executorContract('eager (cpu)', () => eager());

exportsContract({
  exported,
  factories: ['eager'],
  notFactories: new Set([
    'EspalierError',
    'MetricState',
    'Trainer',
    'checkOptions',
    'compose',
    'currentStep',
    'decodeCheckpoint',
    'encodeCheckpoint',
    'fingerprint',
    'firstAvailable',
    'isEspalierError',
    'loadWeights',
    'option',
    'parameterKind',
    'readOptions',
    'selectParameters',
    'sizeOf',
    'stream',
    'toLayersCallback',
    'toTensorData',
    'prepareTfjs',
    'useBackend',
  ]),
});

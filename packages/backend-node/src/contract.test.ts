import { backendContract, exportsContract } from '@espalier/testkit';
import { onRealLibrary } from '../testing/real-library.js';
import * as exported from './index.js';

const { node } = exported;

exportsContract({
  exported,
  factories: ['node'],
  notFactories: new Set(['kernelReport', 'tensorflowBackend']),
});

await onRealLibrary('on the real library', () => backendContract('node', () => node()));

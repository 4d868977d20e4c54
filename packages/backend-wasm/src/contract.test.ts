import { backendContract, exportsContract } from '@espalier/testkit';
import * as exported from './index.js';

const { wasm } = exported;

exportsContract({ exported, factories: ['wasm'], notFactories: new Set(['kernelReport']) });

backendContract('wasm', () => wasm());

import { backendContract, exportsContract } from '@espalier/testkit';
import * as exported from './index.js';

const { cpu } = exported;

exportsContract({ exported, factories: ['cpu'] });

// Whole runs on it are what most tests of the plug-in packages are.
backendContract('cpu', () => cpu(), { cases: 1, runs: false });

import { everyContract } from '../test/every-contract.js';

await everyContract('wasm', 'everything else');

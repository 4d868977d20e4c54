import { agreement } from './agree.js';

await agreement('first');

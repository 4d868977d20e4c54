// Lets this thread read TypeScript. A program that was compiled to JavaScript starts its worker module directly.
import { register } from 'tsx/esm/api';

register();
await import('./search.worker.ts');

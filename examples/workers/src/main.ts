import type { AddressInfo } from 'node:net';
import { type Progress, trainingServer } from './server.js';

const { server, close } = trainingServer();
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const base = `http://127.0.0.1:${port}`;

async function request<T>(method: string, path: string): Promise<T> {
  const response = await fetch(base + path, { method });
  return (await response.json()) as T;
}

const { id } = await request<{ id: number }>('POST', '/runs');
console.log(`run ${id} trains in a thread of the server`);

// A client that asks again and again, as a page with a progress bar does.
let [answers, slowest, shown] = [0, 0, 0];
for (;;) {
  const asked = performance.now();
  const progress = await request<Progress>('GET', `/runs/${id}`);
  if (progress.step > 0) {
    answers++;
    slowest = Math.max(slowest, performance.now() - asked);
  }
  for (const { epoch, loss, val_accuracy } of progress.epochs.slice(shown))
    console.log(`epoch ${epoch}: loss ${loss?.toFixed(4)}, validation accuracy ${val_accuracy?.toFixed(4)}`);
  shown = progress.epochs.length;
  if (progress.state !== 'training') {
    console.log(`the run is ${progress.state} after ${shown} epochs and sent ${progress.weights} weights`);
    break;
  }
  if (shown >= 5) await request('DELETE', `/runs/${id}`);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(`meanwhile the server answered ${answers} requests, the slowest in ${slowest.toFixed(0)} ms`);
await close();

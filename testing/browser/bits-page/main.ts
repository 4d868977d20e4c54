import { trainedBits } from './trained-bits.js';

/** Trains, and reports to the address that the page was opened with: `#http://...`. */
async function report(): Promise<void> {
  let text: string;
  try {
    text = await trainedBits();
  } catch (error) {
    text = String(error);
  }
  await fetch(location.hash.slice(1), { method: 'POST', mode: 'no-cors', body: text });
}

void report();

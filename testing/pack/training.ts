/** A small training composed from the packages, as somebody who installed them writes it. */
export const training = `
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

async function main(): Promise<void> {
  await tf.setBackend('cpu');
  console.log(tf.getBackend());
}

void main();
`;

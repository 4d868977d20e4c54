/** What the tests on the real library need. */
export const howToBuild =
  'needs @tensorflow/tfjs-node: build it with testing/tfjs-node/build.ts and name its node_modules in NODE_PATH';

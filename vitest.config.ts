import { configDefaults, defineConfig } from 'vitest/config';

/** Suites that drive browsers, other runtimes and software GPUs, that start many processes, or run every contract again. */
const long = [
  'testing/{agreement,backends,browser,resume,studies,workers}/**/*.test.ts',
  'packages/backend-webgpu/src/{contract,memory}.test.ts',
  'packages/compile/src/**/other-runtimes.test.ts',
  'packages/tuning-bullmq/src/crashes.test.ts',
  'packages/espalier/src/*-contract.test.ts',
];

/** `npm test` has the mode quick and leaves out the long suites; the mode long has these alone. Without a mode: everything. */
export default defineConfig(({ mode }) => ({
  resolve: { conditions: ['@espalier/source'] },
  ssr: { resolve: { conditions: ['@espalier/source'], externalConditions: ['@espalier/source'] } },
  test: {
    include: mode === 'long' ? long : ['**/*.test.ts'],
    exclude: [...configDefaults.exclude, '**/dist/**', '.espalier/**', ...(mode === 'quick' ? long : [])],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // TensorFlow.js greets every process.
    onConsoleLog: (text) => !text.includes('looks like you are running TensorFlow.js in Node.js'),
    // In CI the counts of the closing line are read from the files.
    reporters: process.env.CI
      ? ['dot', ['json', { outputFile: `.espalier/test-results/${mode}.json` }]]
      : ['default'],
  },
}));

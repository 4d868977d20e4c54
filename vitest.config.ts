import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@espalier/source'] },
  ssr: { resolve: { conditions: ['@espalier/source'], externalConditions: ['@espalier/source'] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: [...configDefaults.exclude, '**/dist/**', '.espalier/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // TensorFlow.js greets every process.
    onConsoleLog: (text) => !text.includes('looks like you are running TensorFlow.js in Node.js'),
    // In CI the counts of the closing line are read from the file.
    reporters: process.env.CI
      ? ['dot', ['json', { outputFile: '.espalier/test-results.json' }]]
      : ['default'],
  },
});

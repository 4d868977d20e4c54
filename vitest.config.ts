import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@espalier/source'] },
  ssr: { resolve: { conditions: ['@espalier/source'], externalConditions: ['@espalier/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'testing/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});

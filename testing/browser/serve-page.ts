import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, defaultClientConditions, preview } from 'vite';
import { root } from '../support/workspaces.js';

/** A page being served. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Bundles a page, by default one of this folder, from the packages' sources, and serves it on this machine. */
export async function servePage(folder = 'page', beside = 'testing/browser'): Promise<ServedPage> {
  const page = join(root, beside, folder);
  const outDir = await mkdtemp(join(root, 'node_modules/.espalier-page-'));
  const shared = { root: page, configFile: false, logLevel: 'warn' } as const;
  await build({
    ...shared,
    resolve: { conditions: ['@espalier/source', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'esnext',
      minify: false,
      chunkSizeWarningLimit: 1e5,
      reportCompressedSize: false,
    },
  });
  const server = await preview({
    ...shared,
    build: { outDir },
    // A sandboxed frame is of no origin and loads its scripts as if from elsewhere.
    preview: { cors: true, host: '127.0.0.1', port: 0, open: false },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the page is served nowhere');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

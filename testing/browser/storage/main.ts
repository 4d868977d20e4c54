import { indexedDbStore, opfsStore, type RunStore } from '@espalier/callbacks';
import { storeProblems } from './store-contract.js';
import { type Trained, train } from './training.js';

/** Where a run of the page is kept. */
export type Kind = 'IndexedDB' | 'OPFS';

/** What the page offers to the test that opened it, and its worker to the page. */
export interface StoragePage {
  contract(kind: Kind): Promise<string[]>;
  train(kind: Kind, run: string): Promise<Trained>;
  /** Trains to a step, and no further. */
  trainUntil(kind: Kind, run: string, step: number): Promise<void>;
  write(kind: Kind, run: string, bytes: number): Promise<string>;
  size(kind: Kind, run: string): Promise<number | undefined>;
  /** Begins to write an entry of OPFS `cut` and does not end it. */
  writeHalf(): Promise<void>;
  list(kind: Kind, run: string): Promise<readonly string[]>;
  /** What a page that may store nothing says: a frame without an origin. */
  writeInSandbox(kind: Kind): Promise<string>;
  inWorker(method: keyof StoragePage, ...args: readonly unknown[]): Promise<unknown>;
}

const stores: Record<Kind, (name: string) => RunStore> = { IndexedDB: indexedDbStore, OPFS: opfsStore };

/** Bytes that no storage makes smaller. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

const page: StoragePage = {
  contract: (kind) => storeProblems(() => stores[kind]('contract')),
  train: (kind, run) => train(stores[kind](run), () => {}),
  trainUntil: (kind, run, until) =>
    new Promise((resolve, reject) => {
      const stand = new Promise<void>(() => {});
      train(stores[kind](run), (step) => {
        if (step < until) return;
        resolve();
        return stand;
      }).catch(reject);
    }),
  write: (kind, run, bytes) =>
    stores[kind](run)
      .write('a', noise(bytes))
      .then(() => 'written', String),
  size: async (kind, run) => (await stores[kind](run).read('a'))?.length,
  async writeHalf() {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('cut', { create: true });
    const file = await folder.getFileHandle('a', { create: true });
    await (await file.createWritable()).write(Uint8Array.of(1, 2, 3));
  },
  list: (kind, run) => stores[kind](run).list(),
  writeInSandbox(kind) {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.src = `${location.href}?sandboxed=${kind}`;
    return new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
      document.body.append(frame);
    });
  },
  inWorker(method, ...args) {
    const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage([method, args]);
    });
  },
};

(globalThis as { storage?: StoragePage }).storage = page;

if (typeof document === 'undefined') {
  onmessage = async ({ data: [method, args] }: MessageEvent<[keyof StoragePage, unknown[]]>) => {
    postMessage(await (page[method] as (...all: unknown[]) => Promise<unknown>)(...args));
  };
} else {
  const sandboxed = new URLSearchParams(location.search).get('sandboxed');
  if (sandboxed) void page.write(sandboxed as Kind, 'x', 1).then((said) => parent.postMessage(said, '*'));
}

import { nodeModule } from '@espalier/core/internal';

/** The way from a worker to the thread that started it. */
export interface ParentPort {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  listen(listener: (data: unknown) => void): void;
  /** Calls back before the worker ends itself, where nobody else would notice. */
  beforeClose(callback: () => void): void;
}

/** The global object of a worker in a browser. */
interface WorkerScope {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

function workerScope(): WorkerScope | undefined {
  const { WorkerGlobalScope: Scope } = globalThis as { WorkerGlobalScope?: new () => object };
  return Scope && globalThis instanceof Scope ? (globalThis as unknown as WorkerScope) : undefined;
}

/** The port of this thread; `undefined` on the main thread. */
export async function parentPort(): Promise<ParentPort | undefined> {
  const scope = workerScope();
  if (scope) return webPort(scope);
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (!process?.versions?.node) return undefined;
  const threads = await nodeModule<typeof import('node:worker_threads')>('node:worker_threads');
  const port = threads.parentPort;
  if (threads.isMainThread || !port) return undefined;
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    listen: (listener) => void port.on('message', listener),
    // The event `exit` tells.
    beforeClose: () => {},
  };
}

function webPort(scope: WorkerScope): ParentPort {
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
    // Browsers tell nobody that a worker has closed itself.
    beforeClose(callback) {
      const close = scope.close.bind(scope);
      scope.close = () => {
        callback();
        close();
      };
    },
  };
}

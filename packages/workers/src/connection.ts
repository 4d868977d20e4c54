import { checkOptions, EspalierError } from '@espalier/core';
import { envelope, type FromWorker, opened, type ToWorker } from './messages.js';

/** A worker: `Worker` of `node:worker_threads`, or of a browser. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
}

type Listener = (value: never) => void;

/** What Node's worker has and a browser's has not. */
interface NodeWorker extends WorkerLike {
  on(event: string, listener: Listener): unknown;
  ref(): void;
  unref(): void;
}

interface WebWorker extends WorkerLike {
  addEventListener(event: string, listener: Listener): void;
}

interface Handlers {
  message(message: FromWorker): void;
  /** The worker is gone, and will say nothing more. Called once. */
  gone(reason: EspalierError): void;
}

/** A worker of either kind, from the main thread. */
export interface Connection {
  /** @throws DataCloneError for what cannot be copied. */
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  /** Whether the worker keeps the process alive. */
  hold(alive: boolean): void;
  /** Ends the worker at once. */
  end(): Promise<void>;
}

/** @throws EspalierError `invalid-option` for what is no worker. */
export function connect(worker: WorkerLike, handlers: Handlers): Connection {
  let over = false;
  const gone = (reason: EspalierError): void => {
    if (over) return;
    over = true;
    handlers.gone(reason);
  };
  const receive = (data: unknown): void => {
    const message = opened<FromWorker>(data);
    if (!message || over) return;
    if (message.type === 'closing') gone(ended('the worker closed itself (self.close) before the run ended'));
    else handlers.message(message);
  };
  if (isNode(worker)) listenInNode(worker, receive, gone);
  else if (isWeb(worker)) listenInBrowser(worker, receive, gone);
  else checkOptions('workers').fail('start()', 'a Worker', worker);
  return {
    post: (message, transfer = []) => worker.postMessage(envelope(message), transfer),
    hold(alive) {
      if (isNode(worker)) worker[alive ? 'ref' : 'unref']();
    },
    async end() {
      over = true;
      await worker.terminate();
    },
  };
}

function isNode(worker: WorkerLike): worker is NodeWorker {
  return typeof (worker as Partial<NodeWorker> | null)?.on === 'function';
}

function isWeb(worker: WorkerLike): worker is WebWorker {
  return typeof (worker as Partial<WebWorker> | null)?.addEventListener === 'function';
}

function listenInNode(
  worker: NodeWorker,
  receive: (data: unknown) => void,
  gone: (reason: EspalierError) => void,
): void {
  let thrown: { readonly error: unknown } | undefined;
  worker.on('message', receive);
  worker.on('messageerror', (error) => gone(unreadable(error)));
  // `exit` follows.
  worker.on('error', (error) => (thrown = { error }));
  worker.on('exit', (code: number) =>
    gone(
      thrown
        ? uncaught(thrown.error)
        : ended(
            `the worker's thread ended with exit code ${code} before the run did (process.exit, or no serveRuns)`,
          ),
    ),
  );
}

function listenInBrowser(
  worker: WebWorker,
  receive: (data: unknown) => void,
  gone: (reason: EspalierError) => void,
): void {
  // A browser's worker lives on after an uncaught error, in whatever state.
  const fatal = (reason: EspalierError): void => {
    worker.terminate();
    gone(reason);
  };
  worker.addEventListener('message', ({ data }: { data: unknown }) => receive(data));
  worker.addEventListener('messageerror', (event) => fatal(unreadable(event)));
  worker.addEventListener('error', (event: { message?: string; error?: unknown; preventDefault(): void }) => {
    event.preventDefault();
    fatal(
      event.message
        ? ended(`an error that nobody caught ended the worker: ${event.message}`, event.error ?? undefined)
        : ended(
            "the worker's script could not be loaded; look at its address, and give { type: 'module' } for modules",
          ),
    );
  });
}

function ended(what: string, cause?: unknown): EspalierError {
  return new EspalierError({
    code: 'execution-failed',
    scope: 'workers',
    message: `${what}. The pool starts another worker for the next run.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function unreadable(cause: unknown): EspalierError {
  return ended('a message of the worker could not be read here', cause);
}

function uncaught(error: unknown): EspalierError {
  if ((error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new EspalierError({
      code: 'out-of-memory',
      scope: 'workers',
      message:
        'the worker ran out of memory; give it more (resourceLimits of Worker), or load less of the data at once.',
      cause: error,
    });
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return ended(`an error that nobody caught ended the worker: ${what}`, error);
}

import type { Server, ServerResponse } from 'node:http';
import { EspalierError } from '../errors.js';
import { nodeModule } from '../runtime-import.js';

/** What {@link serveLivePage} serves. */
export interface LivePageOptions {
  /** The page, a whole HTML document with `<main>` in it. Called for each visit and each change. */
  readonly render: () => string | Promise<string>;
  /** Further pages, by the path of their address, e.g. `/runs/1`; `undefined` where there is none. Default: there are none. */
  readonly page?: (path: string) => Promise<string | undefined>;
  /** Files whose change is a change of the pages, or what lists them. */
  readonly files: readonly string[] | (() => Promise<readonly string[]>);
  /** Default 0: any that is free. */
  readonly port?: number;
  /** Milliseconds between two looks at the files. Default 500. */
  readonly every?: number;
}

/** A page that is being served. */
export interface LivePage {
  /** `http://127.0.0.1:<port>/`. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Takes the new page into the old one, so that the reader stays where he is; what is in use stays as it is. What cannot be read, or
 * is served no longer, leaves the page as it was, below a note. A screen reader hears of new values once in a minute at most.
 */
const refresh = `'use strict';
const page = document.querySelector('.page') ? '.page' : 'main';
const tell = (looks) => {
  const node = document.createElement('p');
  node.setAttribute('role', 'status');
  node.style.cssText = looks;
  document.body.append(node);
  return (next) => {
    if (node.textContent !== next) node.textContent = next;
  };
};
const warn = tell('position:fixed;bottom:0;left:0;right:0;z-index:3;margin:0;padding:0 1rem;background:#8a1f11;color:#fff');
const whisper = tell('position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)');
let whispered = Date.now();
const reachable = () => [...document.querySelectorAll(page + ' :is(a[href],button,input,summary,[tabindex])')];
const nameOf = (node) => node.tagName + (node.getAttribute('aria-label') ?? node.textContent);
const sameName = (node) => reachable().filter((one) => nameOf(one) === nameOf(node));
const takeIn = (next) => {
  const open = [...document.querySelectorAll('details')].map((one) => one.open);
  const focused = document.activeElement;
  const place = sameName(focused).indexOf(focused);
  document.querySelector(page).replaceWith(next.querySelector(page));
  document.title = next.title;
  document.querySelectorAll('details').forEach((one, i) => (one.open = open[i] ?? one.open));
  for (const old of next.querySelectorAll('script:not([src])')) {
    const script = document.createElement('script');
    script.textContent = old.textContent;
    document.body.append(script);
    script.remove();
  }
  if (place >= 0) sameName(focused)[place]?.focus({ preventScroll: true });
  if (Date.now() - whispered < 60000) return;
  whispered = Date.now();
  const cells = (row) => [...(document.querySelector('table ' + row)?.cells ?? [])].slice(0, 4).map((cell) => cell.textContent);
  const heads = cells('thead tr');
  whisper('New values: ' + cells('tbody tr').map((text, i) => (i === 0 ? text : heads[i] + ' ' + text)).join(', '));
};
let busy = false;
let again = false;
const look = async () => {
  again = true;
  if (busy) return;
  busy = true;
  try {
    while (again) {
      again = false;
      const response = await fetch(location.pathname);
      const text = await response.text();
      if (response.ok) takeIn(new DOMParser().parseFromString(text, 'text/html'));
      warn(response.ok ? '' : 'These are the last values that could be read. ' + text);
    }
  } catch {
    warn('These are the last values: nobody serves this page any more.');
  } finally {
    busy = false;
  }
};
const changes = new EventSource('/changes');
changes.onmessage = look;
changes.onerror = () => warn('These are the last values: nobody serves this page any more.');
let isFirst = true;
changes.onopen = () => {
  if (!isFirst) look();
  isFirst = false;
};
`;

/**
 * Serves a page, or several, to this machine alone, which follows its files: server-sent events say when they change. Node only.
 *
 * Listens on 127.0.0.1, and answers only to that name, so that no page from elsewhere can read it through the reader's browser.
 *
 * @throws EspalierError `io` where the port is taken.
 */
export async function serveLivePage({
  render,
  page = () => Promise.resolve(undefined),
  files,
  port = 0,
  every = 500,
}: LivePageOptions): Promise<LivePage> {
  const [{ createServer }, { stat }] = await Promise.all([
    nodeModule<typeof import('node:http')>('node:http'),
    nodeModule<typeof import('node:fs/promises')>('node:fs/promises'),
  ]);
  const state = async (): Promise<string> => {
    const listed = typeof files === 'function' ? await files() : files;
    const all = listed.map((file) => stat(file).then((one) => `${file} ${one.mtimeMs} ${one.size}`, () => '-')); // prettier-ignore
    return (await Promise.all(all)).join();
  };
  const readers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { host = '' } = request.headers;
    if (!/^(127\.0\.0\.1|localhost):\d+$/.test(host))
      return refuse(response, 403, `This page answers to 127.0.0.1 and localhost alone, not to '${host}'.`);
    if (request.method !== 'GET') return refuse(response, 405, 'This page is there to be read: use GET.');
    if (request.url === '/live.js')
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(refresh);
    if (request.url === '/changes') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(':\n\n');
      readers.add(response);
      return void response.on('close', () => readers.delete(response));
    }
    const { url = '/' } = request;
    Promise.resolve()
      .then(() => (url === '/' ? render() : page(url)))
      .then(
        (html) =>
          html === undefined
            ? refuse(response, 404, 'There is no such page; the first one is at /.')
            : response.writeHead(200, HTML).end(live(html)),
        (error: unknown) => refuse(response, 500, error instanceof Error ? error.message : String(error)),
      );
  });
  await listen(server, port);
  let known = await state();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // What can no longer be listed is a change too: the page says why.
    void state()
      .catch(String)
      .then((now) => {
        looking = false;
        if (now === known) return;
        known = now;
        for (const reader of readers) reader.write('data: changed\n\n');
      });
  }, every);
  const address = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        for (const reader of readers) reader.end();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const HTML = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };

const refuse = (response: ServerResponse, status: number, why: string): void =>
  void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(why);

/** The page with the script that follows changes; its content security policy, where it has one, lets it. */
function live(html: string): string {
  return html
    .replace(
      /(http-equiv="Content-Security-Policy" content="[^"]*?)script-src/,
      "$1connect-src 'self'; script-src 'self'",
    )
    .replace('</body>', '<script src="/live.js"></script>\n</body>');
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new EspalierError({
          code: 'io',
          scope: 'live-page',
          message: `cannot listen on port ${port} (${cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message}): leave the port out to take a free one.`,
          cause,
        }),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

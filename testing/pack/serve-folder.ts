import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder on this machine.
 *
 * @param index The page at its root; default: its index.html.
 */
export function serveFolder(folder: string, index?: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://localhost').pathname));
    if (path === '/' && index !== undefined)
      return response.setHeader('Content-Type', 'text/html').end(index);
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!existsSync(file) || statSync(file).isDirectory()) return response.writeHead(404).end();
    response
      .setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream')
      .end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

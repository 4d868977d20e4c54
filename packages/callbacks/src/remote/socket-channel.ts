import type { Server, Socket } from 'node:net';
import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { nodeFiles, nodeModule } from '@espalier/core/internal';
import type { ControlChannel } from './channel.js';

/** Options of {@link socketChannel}. */
export interface SocketChannelOptions {
  /** A Unix socket, which this user alone may use; or a named pipe of Windows. */
  readonly path?: string;
  /** A port of this machine, on 127.0.0.1; 0 for one that is free, which `onListening` is told. */
  readonly port?: number;
  /** Whoever connects sends this as the first line. At least 16 characters; needed with `port`. */
  readonly token?: string;
  readonly onListening?: (address: { readonly path?: string; readonly port?: number }) => void;
}

/** A line of a command is never longer. */
const MAX_LINE = 65536;

/**
 * A channel over a socket of this machine, from another process: lines of JSON both ways.
 *
 * ```text
 * $ printf '%s\n{"type":"status"}\n' "$TOKEN" | nc -U run.sock
 * ```
 *
 * A connection whose first line is not the token is closed without an answer, and so is one that sends what is no JSON.
 *
 * @returns A channel for {@link remoteControl}. It listens while the run goes on, and does not keep the process alive.
 * @throws EspalierError `invalid-option`; `io` when the run starts, where it cannot listen.
 * @example
 * ```ts
 * const control = remoteControl({ channel: socketChannel({ path: 'run.sock' }) });
 * ```
 */
export function socketChannel(options: SocketChannelOptions): ControlChannel {
  const { path, port, token, onListening } = readOptions('socket-channel', options, {
    path: option.text({ optional: true }),
    port: option.integer({ min: 0, max: 65535, optional: true }),
    token: option.custom<string, { readonly optional: true }>({
      expected: 'a text of at least 16 characters in one line',
      accepts: (value) => typeof value === 'string' && value.length >= 16 && !/[\r\n]/.test(value),
      optional: true,
      toJson: () => 'a token',
    }),
    onListening: option.custom<NonNullable<SocketChannelOptions['onListening']>, { readonly optional: true }>(
      {
        expected: 'a function',
        accepts: (value) => typeof value === 'function',
        optional: true,
      },
    ),
  }).values;
  const check = checkOptions('socket-channel');
  if ((path === undefined) === (port === undefined)) check.fail('path', 'given, or port in its place', path);
  if (port !== undefined && token === undefined)
    check.fail('token', 'given with a port, which every program of this machine reaches', token);
  const connected = new Set<Socket>();

  const serve = (socket: Socket, receive: (message: unknown) => void): void => {
    let rest = '';
    let admitted = token === undefined;
    if (admitted) connected.add(socket);
    socket.setEncoding('utf8');
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connected.delete(socket));
    socket.on('data', (text) => {
      rest += String(text);
      const lines = rest.split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (!admitted) {
          if (!equal(line.trimEnd(), token!)) return socket.destroy();
          admitted = true;
          connected.add(socket);
        } else if (line.trim() !== '') {
          const message = parsed(line);
          if (message === undefined) return socket.destroy();
          receive(message);
        }
      }
      if (rest.length > MAX_LINE) socket.destroy();
    });
  };

  return {
    name: path === undefined ? 'socket of 127.0.0.1' : `socket '${path}'`,
    async open(receive) {
      const { fs } = await nodeFiles('socket-channel', 'give a portChannel in a browser');
      const net = await nodeModule<typeof import('node:net')>('node:net');
      const server = net.createServer((socket) => serve(socket, receive));
      await listen(server, path, port);
      if (path !== undefined && !path.startsWith('\\\\')) await fs.chmod(path, 0o600);
      server.unref();
      const address = server.address();
      onListening?.(typeof address === 'string' || !address ? { path: path! } : { port: address.port });
      return () =>
        new Promise((done) => {
          for (const socket of connected) socket.end();
          server.close(() => done());
          // Those that never said who they are.
          setImmediate(() => connected.forEach((socket) => socket.destroySoon()));
        });
    },
    send(answer) {
      for (const socket of connected) socket.write(`${JSON.stringify(answer)}\n`);
    },
  };
}

function listen(server: Server, path: string | undefined, port: number | undefined): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (cause) =>
      failed(
        new EspalierError({
          code: 'io',
          scope: 'socket-channel',
          message: `cannot listen at ${path ?? `port ${port}`} (${cause.message}); give a path or port that no other program has.`,
          cause,
        }),
      ),
    );
    if (path === undefined) server.listen(port, '127.0.0.1', done);
    else server.listen(path, done);
  });
}

/** Takes as long wherever two texts of one length differ. */
function equal(given: string, token: string): boolean {
  let difference = given.length ^ token.length;
  for (let i = 0; i < token.length; i++)
    difference |= token.charCodeAt(i) ^ given.charCodeAt(i % (given.length || 1));
  return difference === 0;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

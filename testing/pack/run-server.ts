import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** How {@link withServer} starts a server. */
export interface ServerOptions {
  /** The command; `port` is a free one of this machine, on 127.0.0.1. */
  readonly start: (port: number) => readonly [command: string, ...args: string[]];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a server while `work` talks to it.
 *
 * @throws Error with what the server said, where `work` fails.
 */
export async function withServer<T>(
  { start, cwd, env = {} }: ServerOptions,
  work: (address: string) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const [command, ...args] = start(port);
  const server = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, PORT: String(port), HOSTNAME: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const address = `http://127.0.0.1:${port}/`;
  try {
    await answers(address);
    return await work(address);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nthe server said:\n${said}`, { cause: error });
  } finally {
    server.kill();
  }
}

/** A port of this machine that is free now. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Asks until the server answers. */
async function answers(url: string, left = 120): Promise<void> {
  try {
    await fetch(url);
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await answers(url, left - 1);
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Whether this machine has Redis; tests that need it say that they are left out where it has not. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) console.warn('redis-server is not installed: the tests that need it are left out');

/** Whether it is built with TLS: one that is not complains of the option, and not of the folder. */
export const hasTls =
  hasRedis &&
  !spawnSync('redis-server', ['--port', '0', '--tls-port', '0', '--dir', '/no/such/folder'])
    .stdout.toString()
    .includes('tls-port');

/** A Redis of its own, on a Unix socket, with an append-only file. */
export class OwnRedis {
  readonly folder: string;
  readonly connection: { readonly path: string; readonly password?: string };
  readonly #options: readonly string[];
  #server!: ChildProcess;

  private constructor(folder: string, options: readonly string[], password: string | undefined) {
    this.folder = folder;
    this.connection = { path: join(folder, 'redis.sock'), ...(password !== undefined && { password }) };
    this.#options = [...options, ...(password === undefined ? [] : ['--requirepass', password])];
  }

  static async start({
    options = ['--appendonly', 'yes', '--appendfsync', 'always'],
    password,
  }: { readonly options?: readonly string[]; readonly password?: string } = {}): Promise<OwnRedis> {
    const own = new OwnRedis(await mkdtemp(join(tmpdir(), 'espalier-redis-')), options, password);
    await own.restart();
    return own;
  }

  /** Starts it, as after a crash of the machine's process. */
  async restart(): Promise<void> {
    const { path } = this.connection;
    const fixed = ['--port', '0', '--unixsocket', path, '--dir', this.folder, '--save', ''];
    this.#server = spawn('redis-server', [...fixed, ...this.#options], { stdio: 'ignore' });
    const probe = new Redis({
      ...this.connection,
      maxRetriesPerRequest: null,
      retryStrategy: () => 20,
    });
    probe.on('error', () => {});
    await probe.ping();
    probe.disconnect();
  }

  async kill(): Promise<void> {
    const exited = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workspaces.js';

/** What a finished command left. */
export interface CommandResult {
  code: number;
  /** Standard output alone. */
  stdout: string;
  /** Standard output and error, in the order they came. */
  output: string;
}

/** Where and how a command runs. */
export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Milliseconds until the command is killed; never without. */
  timeout?: number;
}

/** Runs a command without a shell and keeps what it prints; resolves also when it fails. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', FORCE_COLOR: '0', NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.timeout !== undefined && { timeout: options.timeout, killSignal: 'SIGKILL' as const }),
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal) output += `\nended by ${signal}`;
      resolve({ code: code ?? 1, stdout, output });
    });
  });
}

/** Runs a command and throws with everything it printed when it fails. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, output } = await runCommand(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}\n${output.trim()}`);
  return stdout;
}

/** The path of a tool installed at the root. */
export const tool = (name: string): string => join(root, 'node_modules', '.bin', name);

/** Maps over items, at most `limit` at a time, keeping order. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { wrongWasmFile } from './wasm-files.js';

afterEach(() => vi.unstubAllGlobals());

const WASM = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const asked: string[] = [];

/** A page at `/app/` whose server answers so. */
function page(answer: () => Response): void {
  asked.length = 0;
  vi.stubGlobal('location', { href: 'https://example.org/app/index.html' });
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address);
    return answer();
  });
}

test.each([
  [undefined, 'https://example.org/app/tfjs-backend-wasm-simd.wasm'],
  ['/wasm/', 'https://example.org/wasm/tfjs-backend-wasm-simd.wasm'],
  [{ 'tfjs-backend-wasm-simd.wasm': '/assets/simd-1.wasm' }, 'https://example.org/assets/simd-1.wasm'],
])('with the paths %j, says what comes from where the file is looked for', async (paths, address) => {
  page(() => new Response('<!doctype html><title>App</title>'));
  expect(await wrongWasmFile(paths)).toBe(`${address} gives a page of HTML, not WebAssembly`);
  expect(asked).toEqual([address]);
  page(() => new Response('', { status: 404 }));
  expect(await wrongWasmFile(paths)).toBe(`${address} answers 404`);
  page(() => {
    throw new TypeError('offline');
  });
  expect(await wrongWasmFile(paths)).toBe(`${address} cannot be fetched (TypeError: offline)`);
  page(() => new Response(WASM));
  expect(await wrongWasmFile(paths)).toBeUndefined();
});

test('outside of a page nothing is fetched', async () => {
  vi.stubGlobal('fetch', () => expect.fail('fetched'));
  expect(await wrongWasmFile('/wasm/')).toBeUndefined();
});

test('finds the installed files also under node --eval, whose __filename is no file', () => {
  const program =
    "import('@espalier/backend-wasm').then(({ wasm }) => wasm().isAvailable()).then((answer) => console.log(JSON.stringify(answer)))";
  const args = ['--conditions=@espalier/source', '--import', 'tsx', '--eval', program];
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  expect(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }).trim()).toBe('{"available":true}');
});

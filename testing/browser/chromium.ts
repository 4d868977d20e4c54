import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

/** What to do where {@link chromiumPath} finds none. */
export const howToGetChromium =
  'needs Chromium: apt-get install chromium, or CHROMIUM_PATH naming the executable of Chromium or Chrome';

/** The executable of an installed Chromium or Chrome: CHROMIUM_PATH, else the first one on the PATH. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** Without a window and without a GPU; WebGPU runs on SwiftShader. */
const options = {
  headless: true,
  chromiumSandbox: false,
  args: [
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
  ],
};

/** Starts Chromium; what its pages store goes when it ends. */
export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, ...options });
}

/** Starts Chromium with a profile in a folder: what its pages store is there when it is started again. */
export function startChromiumWithProfile(
  executablePath: string,
  profile: string,
  more: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, { executablePath, ...options, ...more });
}

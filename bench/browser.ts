import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page as Tab } from 'playwright-core';
import { chromiumPath, howToGetChromium, startChromium } from '../testing/browser/chromium.js';
import { servePage } from '../testing/browser/serve-page.js';
import { type Case, cases } from './cases.js';
import { type Clock, median } from './compare.js';
import type { Page, PageEngine } from './page/main.js';

/** A case in a browser's tab: milliseconds a step of ours, as one module, and of others. */
export interface BrowserRow {
  readonly case: string;
  readonly oursMs: number;
  readonly peers: Readonly<Record<string, number>>;
}

declare const bench: Page;
const names: readonly string[] = ['784-64-64-10', '1-100-100-1, batch 4, SGD', '784-256-128-64-10'];

/** Steps in Chromium: as a module, on onnxruntime-web, and in jax-js where a folder has it. One tab each, in turns. */
export async function compareInChromium(
  rounds: number,
  clock: Clock,
  only: string,
  jaxJs: string | undefined,
): Promise<readonly BrowserRow[]> {
  const executable = chromiumPath();
  if (!executable) throw new Error(howToGetChromium);
  const served = await servePage('page', 'bench');
  const browser = await startChromium(executable);
  const engines: readonly PageEngine[] = ['wasm', 'onnxruntime-web', ...(jaxJs ? (['jax-js'] as const) : [])];
  const rows: BrowserRow[] = [];
  try {
    for (const spec of cases) {
      if (!names.includes(spec.name) || !spec.name.includes(only)) continue;
      const times = new Map<PageEngine, number[]>();
      const tabs = new Map<PageEngine, TimedTab>();
      for (const engine of engines) {
        tabs.set(engine, await TimedTab.open(browser, served.url, engine, spec, jaxJs));
        times.set(engine, []);
      }
      for (let round = 0; round < rounds; round++)
        for (const [engine, tab] of tabs) {
          const steps = Math.ceil(spec.steps / (engine === 'wasm' ? 1 : 8));
          times.get(engine)!.push(await tab.measure(steps, clock));
        }
      for (const tab of tabs.values()) await tab.close();
      const [ours, ...peers] = [...times].map(([name, ms]) => ({ name, ms: median(ms) }));
      console.log(`\n${spec.name}, Chromium ${browser.version()}`);
      console.log(`  ${ours!.ms.toFixed(3).padStart(9)} ms  Espalier, target wasm`);
      for (const { name, ms } of peers)
        console.log(
          `  ${ms.toFixed(3).padStart(9)} ms  ${name.padEnd(20)} ours / this = ${(ours!.ms / ms).toFixed(3)}`,
        );
      const others = Object.fromEntries(peers.map(({ name, ms }) => [name, ms]));
      rows.push({ case: spec.name, oursMs: ours!.ms, peers: others });
    }
  } finally {
    await browser.close();
    await served.close();
  }
  return rows;
}

/** A tab that takes steps. */
class TimedTab {
  readonly #tab: Tab;
  /** Seconds that the page's thread has worked. */
  readonly #worked: () => Promise<number>;

  private constructor(tab: Tab, worked: () => Promise<number>) {
    this.#tab = tab;
    this.#worked = worked;
  }

  static async open(
    browser: Browser,
    url: string,
    engine: PageEngine,
    spec: Case,
    jaxJs: string | undefined,
  ): Promise<TimedTab> {
    // A context of its own has a process of its own.
    const tab = await (await browser.newContext()).newPage();
    if (jaxJs)
      await tab.route('**/jax-js/*', (route) => {
        const name = new URL(route.request().url()).pathname.split('/').at(-1)!;
        const body = readFileSync(join(jaxJs, 'node_modules/@jax-js/jax/dist', name), 'utf8');
        return route.fulfill({ contentType: 'text/javascript', body });
      });
    const metrics = await tab.context().newCDPSession(tab);
    await metrics.send('Performance.enable', { timeDomain: 'threadTicks' });
    await tab.goto(url);
    await tab.waitForFunction(() => 'bench' in globalThis);
    await tab.evaluate(([name, given]) => bench.start(name, given), [engine, spec] as const);
    return new TimedTab(tab, async () => {
      const { metrics: list } = await metrics.send('Performance.getMetrics');
      return list.find(({ name }) => name === 'TaskDuration')!.value;
    });
  }

  /** Milliseconds a step. */
  async measure(steps: number, clock: Clock): Promise<number> {
    const before = await this.#worked();
    const wall = await this.#tab.evaluate((count) => bench.measure(count), steps);
    return clock === 'wall' ? wall : ((await this.#worked()) - before) * (1000 / steps);
  }

  async close(): Promise<void> {
    await this.#tab.context().close();
  }
}

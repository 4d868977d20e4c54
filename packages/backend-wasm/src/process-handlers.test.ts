import { afterEach, describe, expect, it } from 'vitest';
import { keepingProcessHandlers, watchProcessHandlers } from './process-handlers.js';

const added: [string, (...args: unknown[]) => void][] = [];
const on = (event: string, listener: (...args: never[]) => void): void => {
  process.on(event, listener as never);
  added.push([event, listener as never]);
};
const has = (event: string, listener: unknown): boolean =>
  process.listeners(event as never).includes(listener as never);

// What emscripten installs, word for word; evaluated, so that no compiler rewrites it.
const exit = (0, eval)(
  '(function (ex) { if (!(ex instanceof ExitStatus)) {\n  throw ex;\n} })',
) as () => void;
const reject = (0, eval)('(function (reason) { throw reason; })') as () => void;
const minified = (0, eval)('(function(a){if(!(a instanceof b))throw a})') as () => void;

describe('process handlers', () => {
  afterEach(() => {
    for (const [event, listener] of added.splice(0)) process.removeListener(event, listener);
  });

  it('removes what the module installs, and nothing else', () => {
    const before = (): void => undefined;
    const meanwhile = (): void => console.error('mine');
    on('uncaughtException', before);
    const finish = watchProcessHandlers();
    on('uncaughtException', exit);
    on('uncaughtException', minified);
    on('unhandledRejection', reject);
    on('unhandledRejection', meanwhile);
    finish();
    expect([exit, minified].map((listener) => has('uncaughtException', listener))).toEqual([false, false]);
    expect(has('unhandledRejection', reject)).toBe(false);
    expect(has('uncaughtException', before)).toBe(true);
    expect(has('unhandledRejection', meanwhile)).toBe(true);
  });

  it('leaves a handler of the same text alone that was there before', () => {
    on('unhandledRejection', reject);
    watchProcessHandlers()();
    expect(has('unhandledRejection', reject)).toBe(true);
  });

  it('puts handlers back that disposing takes away', () => {
    const mine = (): void => undefined;
    on('uncaughtException', mine);
    keepingProcessHandlers(() => process.removeListener('uncaughtException', mine));
    expect(has('uncaughtException', mine)).toBe(true);
    expect(process.listeners('uncaughtException').filter((listener) => listener === mine)).toHaveLength(1);
  });
});

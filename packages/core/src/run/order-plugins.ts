import { fail } from '../errors.js';
import { didYouMean, nearest } from '../nearest.js';
import { describe } from '../options.js';
import { HOOKS, PLUGIN_FIELDS } from './hooks.js';
import type { Plugin } from './plugin.js';

const RANK = { pre: 0, normal: 1, post: 2 };

/**
 * `pre` first, `post` last, list order within.
 *
 * @throws EspalierError `invalid-option` for what is no plugin, and for a hook that does not exist; `duplicate-name`.
 */
export function orderPlugins(plugins: readonly Plugin[]): readonly Plugin[] {
  if (!Array.isArray(plugins)) {
    fail('invalid-option', 'plugins', `plugins must be an array of plugins, got ${describe(plugins)}.`);
  }
  const seen = new Set<string>();
  for (const plugin of plugins) {
    checkPlugin(plugin);
    if (seen.has(plugin.name)) {
      fail(
        'duplicate-name',
        'plugins',
        `two plugins are called '${plugin.name}'; give one of them another \`name\`.`,
      );
    }
    seen.add(plugin.name);
  }
  const rank = (plugin: Plugin): number => RANK[plugin.enforce ?? 'normal'];
  return [...plugins].sort((a, b) => rank(a) - rank(b));
}

function checkPlugin(plugin: Plugin): void {
  if (typeof plugin !== 'object' || plugin === null) {
    fail(
      'invalid-option',
      'plugins',
      `a plugin must be an object, got ${describe(plugin)}; call the factory and leave out what is not there.`,
    );
  }
  const { name, enforce } = plugin;
  if (typeof name !== 'string' || name === '') {
    fail('invalid-option', 'plugins', `every plugin needs a name, got ${describe(name)}.`);
  }
  if (name === '__proto__') {
    fail('invalid-option', 'plugins', "a plugin cannot be called '__proto__', which no checkpoint can hold.");
  }
  if (enforce !== undefined && enforce !== 'pre' && enforce !== 'post') {
    fail('invalid-option', name, `enforce must be 'pre', 'post' or left out, got ${describe(enforce)}.`);
  }
  for (const [member, value] of membersOf(plugin)) {
    const isHook = member in HOOKS;
    if (isHook && value !== undefined && typeof value !== 'function') {
      fail('invalid-option', name, `${member} must be a function, got ${describe(value)}.`);
    }
    // A member of the plugin's own is its own affair; one that is called like a hook is a hook misspelt.
    if (isHook || (PLUGIN_FIELDS as readonly string[]).includes(member) || typeof value !== 'function')
      continue;
    if (nearest(member, Object.keys(HOOKS)) !== undefined || /^on[A-Z]/.test(member)) {
      const known = Object.keys(HOOKS);
      fail(
        'invalid-option',
        name,
        `there is no hook '${member}'.${didYouMean(member, known)} Hooks are: ${known.join(', ')}.`,
      );
    }
  }
}

/** A plugin's own members, and the methods of its class. */
function membersOf(plugin: object): [name: string, value: unknown][] {
  const members = Object.entries(plugin);
  for (
    let type = Object.getPrototypeOf(plugin) as object | null;
    type && type !== Object.prototype;
    type = Object.getPrototypeOf(type) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type)))
      if (name !== 'constructor' && typeof value === 'function') members.push([name, value]);
  }
  return members;
}

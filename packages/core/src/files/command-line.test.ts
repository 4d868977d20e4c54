import { expect, test } from 'vitest';
import { type CommandHost, portOf, readCommandLine, watch } from './command-line.js';

const rules = {
  scope: 'tool',
  commands: ['show', 'watch'],
  options: {
    '--json': { value: false, with: ['show'] },
    '--port': { value: true, with: ['watch'] },
    '--title': { value: true, with: ['show', 'watch'] },
  },
};

test('a command, what it is for, and options with their values', () => {
  expect(readCommandLine(['show', '--title', 'a b', 'x', '--json', 'y'], rules)).toEqual({
    command: 'show',
    rest: ['x', 'y'],
    options: { '--title': 'a b', '--json': '' },
  });
  expect(readCommandLine(['watch', '--title=a=b', 'x'], rules).options).toEqual({ '--title': 'a=b' });
});

test.each([
  [['shwo'], "there is no command 'shwo'. Did you mean 'show'?"],
  [[], "there is no command ''."],
  [['show', '--jsn'], 'there is no option --jsn. Did you mean --json?'.replace('--json?', "'--json'?")],
  [['show', '--constructor'], 'there is no option --constructor.'],
  [['show', '--title'], '--title needs a value.'],
  [['watch', '--json'], '--json goes with show, not with watch.'],
])('%j is refused', (args, message) => {
  expect(() => readCommandLine(args, rules)).toThrow(`[tool] ${message}`);
});

test('a port is a whole number, any free one without', () => {
  const port = (...given: string[]) => portOf(readCommandLine(['watch', ...given], rules), 'tool');
  expect([port(), port('--port', '8080'), port('--port=0')]).toEqual([0, 8080, 0]);
  for (const bad of ['65536', '-1', '1.5', 'http', ''])
    expect(() => port(`--port=${bad}`)).toThrow(`--port must be a number from 0 to 65535, got '${bad}'`);
});

test('a page is served until the user ends it, and then closed', async () => {
  const said: string[] = [];
  const host: CommandHost = {
    print: (text) => void said.push(text),
    serve: async ({ port }) => ({
      address: `http://127.0.0.1:${port}/`,
      close: async () => void said.push('closed'),
    }),
    untilInterrupted: async () => void said.push('interrupted'),
  };
  await watch(host, { render: () => '', files: [], port: 7 }, 'a run');
  expect(said).toEqual(['http://127.0.0.1:7/ follows a run; Ctrl-C ends it', 'interrupted', 'closed']);
});

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { Plugin, Run } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlChannel, portChannel, type RunAnswer } from './channel.js';
import { remoteControl, type RemoteControlOptions } from './remote-control.js';
import { socketChannel } from './socket-channel.js';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'espalier-'))));
afterEach(() => rm(directory, { recursive: true }));

/** A channel in this thread. */
function localChannel() {
  let receive: ((message: unknown) => void) | undefined;
  const answers: RunAnswer[] = [];
  const channel: ControlChannel = {
    name: 'local',
    open(given) {
      receive = given;
      return () => (receive = undefined);
    },
    send: (answer) => void answers.push(answer),
  };
  return {
    channel,
    answers,
    tell: (message: unknown) => receive!(message),
    isOpen: () => receive !== undefined,
  };
}

const EPOCHS = [{ loss: 1 }, { loss: 1 }, { loss: 1 }];
const during = (step: number, work: (run: Run) => void) => (run: Run) => {
  if (run.step === step) work(run);
};
const make = (channel: ControlChannel, more: Partial<RemoteControlOptions> = {}) =>
  remoteControl({ channel, coefficients: { lambda: 0.5 }, ...more });
const play = (plugins: readonly Plugin[], more = {}) =>
  scriptedRun({ plugins, epochs: EPOCHS, stepsPerEpoch: 2, ...more });

describe('remoteControl', () => {
  test('sets rate and coefficients between two steps, answers, and notes it', async () => {
    const { channel, answers, tell, isOpen } = localChannel();
    const control = make(channel);
    const lambda = control.coefficient('lambda');
    const seen: number[] = [];
    const at = { step: 0, epoch: 0, stepsPerEpoch: 1 };
    const result = await play([control], {
      duringStep(run: Run) {
        seen.push(lambda(at));
        during(2, () => {
          tell({ type: 'scaleLearningRate', factor: 0.5 });
          tell({ type: 'setCoefficient', coefficient: 'lambda', value: 2 });
          tell({ type: 'status' });
        })(run);
      },
    });
    expect(result.error).toBeUndefined();
    expect(result.learningRates).toEqual([0.1, 0.1, 0.05]);
    expect(seen).toEqual([0.5, 0.5, 0.5, 2, 2, 2]);
    expect(
      answers.map(({ type, step, learningRate, coefficients }) => [
        type,
        step,
        learningRate,
        coefficients['lambda'],
      ]),
    ).toEqual([
      ['scaleLearningRate', 3, 0.05, 0.5],
      ['setCoefficient', 3, 0.05, 2],
      ['status', 3, 0.05, 2],
      ['ended', 6, 0.05, 2],
    ]);
    expect(result.record.events.map(({ step, message }) => [step, message])).toEqual([
      [3, 'learning rate 0.1 -> 0.05'],
      [3, 'lambda 0.5 -> 2'],
    ]);
    expect(isOpen()).toBe(false);
  });

  test('waits while it is paused, until resumed or stopped', async () => {
    for (const end of ['resume', 'stop'] as const) {
      const { channel, answers, tell } = localChannel();
      let steps = 0;
      const result = await play([make(channel)], {
        duringStep: (run: Run) => {
          steps++;
          during(0, () => {
            tell({ type: 'pause' });
            setTimeout(() => {
              // However long it has been, nothing went on.
              expect(steps).toBe(1);
              tell(end === 'stop' ? { type: 'stop', reason: 'enough' } : { type: 'resume' });
            }, 20);
          })(run);
        },
      });
      expect(answers.map(({ type, paused }) => [type, paused])).toEqual([
        ['pause', true],
        [end, false],
        ['ended', false],
      ]);
      expect(result.status).toBe(end === 'stop' ? 'stopped' : 'completed');
      expect(result.record.stopReason).toBe(end === 'stop' ? 'enough' : undefined);
    }
  });

  test('writes checkpoints, and goes on from one with its rate and coefficients', async () => {
    const { channel, answers, tell } = localChannel();
    const { checkpoint } = await play([make(channel, { directory })], {
      epochs: EPOCHS.slice(0, 2),
      duringStep: during(1, () => {
        tell({ type: 'setCoefficient', coefficient: 'lambda', value: 7 });
        tell({ type: 'checkpoint' });
      }),
    });
    expect((await readdir(directory)).filter((file) => !file.startsWith('.'))).toEqual([
      '000001-checkpoint-step-2.safetensors',
    ]);
    expect(answers[1]).toMatchObject({ type: 'checkpoint' });
    const other = localChannel();
    const control = make(other.channel);
    await play([control], { from: checkpoint, duringStep: during(4, () => other.tell({ type: 'status' })) });
    expect(other.answers[0]).toMatchObject({ type: 'status', coefficients: { lambda: 7 } });
    await play([control], { duringStep: during(4, () => other.tell({ type: 'status' })) });
    expect(other.answers.at(-2)).toMatchObject({ coefficients: { lambda: 0.5 } });
  });

  test.each([
    [{ type: 'sotp' }, "there is no command 'sotp'. Did you mean 'stop'?"],
    [null, "there is no command 'undefined'"],
    [{ type: 'scaleLearningRate', factor: -1 }, 'factor must be a number >= 0'],
    [{ type: 'scaleLearningRate', factor: '2' }, 'factor must be a number >= 0'],
    [{ type: 'setCoefficient', coefficient: 'lamda', value: 1 }, "Did you mean 'lambda'?"],
    [{ type: 'setCoefficient', coefficient: 'lambda', value: NaN }, 'value must be a finite number'],
    [{ type: 'setCoefficient', coefficient: 'toString', value: 1 }, "there is no coefficient 'toString'"],
    [{ type: 'checkpoint' }, 'the control was given no directory'],
  ])('answers %j with an error, and the run goes on', async (message, error) => {
    const { channel, answers, tell } = localChannel();
    const result = await play([make(channel)], { duringStep: during(1, () => tell(message)) });
    expect(result.status).toBe('completed');
    expect(answers[0]!.error).toContain(error);
    expect(result.record.events).toEqual([]);
  });

  test('over a message port', async () => {
    const { port1, port2 } = new MessageChannel();
    const answers: RunAnswer[] = [];
    const ended = new Promise<void>((done) =>
      port2.on('message', (answer: RunAnswer) => {
        answers.push(answer);
        if (answer.type === 'ended') done();
      }),
    );
    port2.postMessage({ type: 'pause' });
    port2.postMessage({ type: 'scaleLearningRate', factor: 2 });
    port2.postMessage({ type: 'resume' });
    const slow: Plugin = { name: 'slow', onStepEnd: () => new Promise((done) => setTimeout(done, 5)) };
    const result = await play([slow, make(portChannel(port1))]);
    expect(result.error).toBeUndefined();
    expect(result.finalLearningRate).toBe(0.2);
    await ended;
    expect(answers.map(({ type }) => type)).toEqual(['pause', 'scaleLearningRate', 'resume', 'ended']);
    port1.close();
  });

  describe('over a socket', () => {
    const TOKEN = 'a token of some length';
    /** Lines that the other side sends, until it hangs up. */
    const listen = (socket: Socket): Promise<RunAnswer[]> =>
      new Promise((done) => {
        let text = '';
        socket.on('data', (more) => (text += String(more)));
        socket.on('error', () => undefined);
        socket.on('close', () =>
          done(
            text
              .split('\n')
              .slice(0, -1)
              .map((line) => JSON.parse(line) as RunAnswer),
          ),
        );
      });
    /** A run that waits at its first step until somebody stops it. */
    const waiting = (channel: ControlChannel) => {
      let told = false;
      const plugin = make({
        ...channel,
        async open(receive) {
          const close = await channel.open((message) => {
            told = true;
            receive(message);
          });
          return close;
        },
      });
      const patient: Plugin = {
        name: 'patient',
        async onStepEnd() {
          for (let i = 0; i < 500 && !told; i++) await new Promise((done) => setTimeout(done, 4));
        },
      };
      return play([patient, plugin]);
    };

    test('of a path that this user alone may use', async () => {
      const path = join(directory, 'run.sock');
      const heard = new Promise<RunAnswer[]>((done) => {
        const channel = socketChannel({
          path,
          onListening: () => {
            const socket = connect(path);
            socket.write('{"type":"stop","reason":"by socket"}\n');
            void listen(socket).then(done);
          },
        });
        void waiting(channel).then(({ record }) => expect(record.stopReason).toBe('by socket'));
      });
      expect((await heard).map(({ type }) => type)).toEqual(['stop', 'ended']);
      await expect(stat(path)).rejects.toThrow('ENOENT');
    });

    test('of a port, to those alone who have the token', async () => {
      let heard: Promise<RunAnswer[]>[] = [];
      const channel = socketChannel({
        port: 0,
        token: TOKEN,
        onListening: ({ port }) => {
          const [wrong, right] = [connect(port!, '127.0.0.1'), connect(port!, '127.0.0.1')];
          heard = [listen(wrong), listen(right)];
          wrong.write(`${TOKEN.replace('a', 'b')}\n{"type":"stop","reason":"by nobody"}\n`);
          void heard[0]!.then(() => right.write(`${TOKEN}\n{"type":"stop","reason":"by token"}\n`));
        },
      });
      const { record } = await waiting(channel);
      expect(record.stopReason).toBe('by token');
      expect(await heard[0]).toEqual([]);
      expect((await heard[1])!.map(({ type }) => type)).toEqual(['stop', 'ended']);
      expect(JSON.stringify(record)).not.toContain(TOKEN);
    });

    test('that cannot be had is an error when the run starts', async () => {
      const path = join(directory, 'nowhere', 'run.sock');
      const { error } = await play([make(socketChannel({ path }))]);
      expect(error).toMatchObject({ code: 'io' });
      expect(String(error)).toContain(`cannot listen at ${path}`);
    });

    test.each([
      [{}, 'path must be given, or port in its place'],
      [{ port: 1 }, 'token must be given with a port'],
      [{ port: 1, token: 'short' }, 'token must be a text of at least 16 characters'],
    ])('refuses %j', (options, message) => {
      expect(() => socketChannel(options)).toThrow(message);
    });
  });

  test('refuses coefficients that are not there, and what is no channel', () => {
    const { channel } = localChannel();
    expect(() => make(channel).coefficient('lamda')).toThrow('coefficient must be one of lambda');
    expect(() => remoteControl({ channel: {} as never })).toThrow('channel must be a channel');
    expect(() => portChannel({} as never)).toThrow('port must be a message port');
    expect(() => make(channel, { coefficients: { a: NaN } })).toThrow('coefficients must be finite numbers');
  });
});

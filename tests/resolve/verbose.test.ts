import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Graph, node, resolve } from '../../src/index.js';
import { rejection } from '../support/waiting.js';

const lines: string[] = [];
const logger = { log: (line: string) => void lines.push(line) };

/** Lines without times, bytes and the numbers of calls. */
function told(): string[] {
  return lines.map((line) => line.replace(/[\d.]+ ms/, '… ms').replace(/(\w)_\d+\b/g, '$1'));
}

const make = node((x: number) => new Uint8Array(x), { name: 'make' });
const size = node((...parts: Uint8Array[]) => parts.length, { name: 'size' });

afterEach(() => {
  lines.length = 0;
});

describe('verbose', () => {
  it('tells activation, running, still needed at, released and deactivated, line by line', async () => {
    const a = make(1000);
    await size(node((x: Uint8Array) => x, { name: 'same' })(a), a).resolve({ verbose: logger });
    expect(told()).toEqual([
      'computing 1 target',
      'size activated',
      'make activated',
      'same activated',
      'running make',
      'make deactivated',
      'running same',
      'value of make still needed at size',
      'same deactivated',
      'running size',
      expect.stringMatching(/^value of (make|same) released \(1,000 bytes\)$/),
      expect.stringMatching(/^value of (make|same) released \(1,000 bytes\)$/),
      'size deactivated',
      'computed in … ms',
    ]);
  });

  it('numbers calls of one name, the same in every line', async () => {
    await size(make(1), make(2)).resolve({ verbose: logger });
    const names = new Set(lines.flatMap((line) => line.match(/make_\d+/g) ?? []));
    expect(names.size).toBe(2);
  });

  it('tells values that are there, expansions, retries, failures, skips and aborts', async () => {
    const done = make(1);
    await done.resolve();
    const nested = node(() => size(done), { name: 'nested' });
    await nested().resolve({ verbose: logger });
    expect(told()).toContain('make has its value already');
    expect(told()).toContain('nested waits for the calls it made');
    lines.length = 0;
    const fails = node(
      (): Uint8Array => {
        throw new Error('no');
      },
      { name: 'fails', retries: 1 },
    );
    await rejection(resolve([size(fails()), make(1)], { verbose: logger }));
    expect(told()).toEqual(
      expect.arrayContaining(['fails is tried again after attempt 1', 'running fails, attempt 2', 'size skipped']),
    );
    expect(told().some((line) => line.startsWith('fails failed: NodeError: DAG_NODE_FAILED'))).toBe(true);
    expect(told().at(-1)).toBe('computed in … ms, failed');
    lines.length = 0;
    // Once it runs: a timeout may be over before it begins.
    const controller = new AbortController();
    const begun = (): Promise<number> => {
      setImmediate(() => {
        controller.abort();
      });
      return new Promise<number>(() => undefined);
    };
    const never = node(begun, { name: 'never' });
    await rejection(never().resolve({ verbose: logger, signal: controller.signal }));
    expect(told()).toContain('never aborted');
  });

  it('names parts by their keys', async () => {
    const record = node(() => ({ a: [5] }), { name: 'record' });
    await record().at('a').at(0).resolve({ verbose: logger });
    expect(told()).toContain('running record.a.0');
  });

  it('writes to the console unless it is given a logger', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await make(1).resolve({ verbose: true });
    expect(log).toHaveBeenCalledWith('computing 1 target');
    log.mockClear();
    const graph = new Graph({ verbose: true });
    await graph.run(() => make(1)).resolve();
    expect(log.mock.calls.flat().some((line) => String(line).includes('make'))).toBe(true);
    log.mockClear();
    await make(1).resolve({ verbose: false });
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it('of a Graph tells every run of its calls, and of no others', async () => {
    const graph = new Graph({ verbose: logger });
    const inside = graph.run(() => make(1));
    await size(inside).resolve();
    expect(told().filter((line) => line.includes('make'))).not.toEqual([]);
    expect(told().filter((line) => line.includes('size'))).toEqual([]);
  });
});

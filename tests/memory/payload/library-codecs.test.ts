import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, jest, test } from '@jest/globals';
import type * as Arrow from 'apache-arrow';
import type makeArray from 'ndarray';
import type { NdArray } from 'ndarray';
import { arrowCodec } from '../../../src/memory/payload/codecs/arrow.js';
import { resolvePeer } from '../../../src/memory/payload/codecs/peer.js';
import { pack } from '../../../src/memory/payload/pack.js';
import { root } from '../../support/paths.js';
import { TestMemory, travel } from './travel.js';

const require = createRequire(import.meta.url);
const ndarray = require('ndarray') as typeof makeArray;
const arrow = require('apache-arrow') as typeof Arrow; // the CommonJS build

describe('ndarrays', () => {
  const flat = Float64Array.from({ length: 12 }, (_, index) => index);

  test.each<[string, NdArray]>([
    ['of two dimensions', ndarray(flat, [3, 4])],
    ['of other strides', ndarray(flat, [3, 4]).transpose(1, 0).step(-1, 2).lo(1, 0)],
    ['of no dimension', ndarray(flat, [3, 4]).pick(2, 3)],
    ['of nothing', ndarray(flat, [3, 4]).pick(2, 3).pick()],
    ['of numbers', ndarray([1, 2, 3, 4], [2, 2])],
    ['of bytes', ndarray(new Uint8Array([1, 2]))],
    ['of five dimensions', ndarray(new Float32Array(32), [2, 2, 2, 2, 2])],
  ])('%s arrive as such', (_name, array) => {
    for (const arrived of [travel(array), travel({ a: [array] }).a[0]]) {
      if (arrived === undefined) throw new Error('nothing arrived');
      expect(arrived.constructor.name).toBe(array.constructor.name);
      expect({ ...arrived }).toEqual({ ...array });
      expect([arrived.shape, arrived.stride, arrived.dtype]).toEqual([array.shape, array.stride, array.dtype]);
      expect(Object.getPrototypeOf(arrived)).toBe(Object.getPrototypeOf(array));
    }
  });

  test('refer to blocks, and keep sharing their buffer', () => {
    const memory = new TestMemory();
    const array = ndarray(new Float64Array(memory.block(96)), [3, 4]);
    const [whole, row] = travel([array, array.pick(1, null)], { memory });
    expect(whole?.data).toBe(row?.data);
    expect((whole?.data as Float64Array).buffer).toBe(memory.blocks[0]);
    expect(memory.placed).toEqual([]);
  });

  test('are told by more than the name of their class', () => {
    class View2dfloat64 {
      data = 1;
    }
    class View {
      data = 1;
    }
    for (const odd of [new View2dfloat64(), new View()])
      expect(() => travel(odd)).toThrow('for which there is no codec');
  });
});

describe('values of Apache Arrow', () => {
  const table = arrow.tableFromArrays({ x: Float64Array.of(1, 2, 3), label: ['a', null, 'b'] });
  const rows = (of: { toArray(): unknown[] }) => of.toArray().map(String);

  test('tables arrive over one block, without a copy', () => {
    const memory = new TestMemory();
    const arrived = travel(table, { memory });
    expect(rows(arrived)).toEqual(rows(table));
    expect(arrived).toBeInstanceOf(arrow.Table);
    expect(memory.blocks).toHaveLength(1);
    expect(arrived.getChild('x')?.data[0]?.values.buffer).toBe(memory.blocks[0]);
  });

  test('tables that arrived are handed on as the same bytes', () => {
    const memory = new TestMemory();
    const arrived = travel(table, { memory });
    const packed = pack([arrived], { memory });
    expect(travel({ arrived }, { memory }).arrived.numRows).toBe(3);
    expect(pack([arrived], { memory })).toEqual(packed);
    expect(memory.blocks).toHaveLength(1);
  });

  test('record batches, vectors, slices and empty tables arrive as what they are', () => {
    const [batch] = table.batches;
    const many = new arrow.Table([...table.batches, ...table.batches]);
    expect(rows(travel({ many }).many)).toEqual(rows(many));
    expect(rows(travel(table.slice(1, 2)))).toEqual(rows(table.slice(1, 2)));
    expect(travel([batch])[0]).toBeInstanceOf(arrow.RecordBatch);
    expect(travel([batch])[0]?.numRows).toBe(3);
    for (const vector of [table.getChild('label'), many.getChild('x'), arrow.vectorFromArray([1n, null])])
      expect(travel({ vector }).vector?.toJSON()).toEqual(vector?.toJSON());
    expect(travel([new arrow.Table()])[0]?.numRows).toBe(0);
    const none = table.slice(0, 0);
    expect(travel([none])[0]?.schema.names).toEqual(['x', 'label']);
    expect(travel([new arrow.RecordBatch(table.schema)])[0]?.numRows).toBe(0);
  });

  test('of a copy that is not installed are refused', () => {
    class Table {}
    Object.assign(Table.prototype, { [Symbol.for('apache-arrow/Table')]: true });
    expect(() => travel([new Table()])).toThrow(/\[0\] cannot travel .* is not of the package apache-arrow at/);
  });

  test('what is broken on the way is told', () => {
    const plain = arrowCodec.encode(table.getChild('x') ?? {}) as { kind: string };
    expect(() => arrowCodec.decode({ ...plain, bytes: arrow.tableToIPC(new arrow.Table()) } as never)).toThrow(
      'no column',
    );
    expect(arrowCodec.decode({ ...plain, file: '/nowhere/Arrow.js', build: 'cjs' } as never)).toBeInstanceOf(
      arrow.Vector,
    );
  });

  // What jest imports as ES modules, no `require` of jest finds: as a program of its own.
  test('of the ES module build stay of that build, and neither package is loaded before a value is met', () => {
    const program = `
      import { pack } from './src/memory/payload/pack.ts';
      import { unpack } from './src/memory/payload/unpack.ts';
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const blocks = [];
      const memory = {
        locate: (buffer) => { const index = blocks.indexOf(buffer); return index < 0 ? undefined : index; },
        place: (bytes) => { const block = new SharedArrayBuffer(bytes.length); new Uint8Array(block).set(bytes);
          blocks.push(block); return { block: blocks.length - 1, offset: 0 }; },
        open: (block) => blocks[block],
      };
      const travel = (value) => unpack(structuredClone(pack(value, { memory })), { memory });
      const loaded = () => Object.keys(require.cache).filter((file) => /[\\\\/](apache-arrow|ndarray)[\\\\/]/.test(file)).length;
      travel([new (class extends Error {})(), new Uint8Array(1)]);
      const before = loaded();
      const arrow = await import('apache-arrow');
      const arrived = travel({ table: arrow.tableFromArrays({ x: Int32Array.of(4, 5) }) }).table;
      console.log(JSON.stringify([before, Object.getPrototypeOf(arrived) === arrow.Table.prototype, arrived.toArray().map(String), loaded(), blocks.length]));
    `;
    const args = ['--import', 'tsx', '--no-warnings', '--input-type=module', '--eval', program];
    const output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([0, true, ['{"x": 4}', '{"x": 5}'], expect.any(Number), 1]);
  });
});

test('a package that is not installed is told with what needs it', () => {
  jest.replaceProperty(process, 'argv', ['node']);
  expect(() => resolvePeer('no-such-package', 'A value')).toThrow(
    /^DAG_PEER_MISSING: A value needs the package no-such-package, which could not be found: .*`npm install no-such-package`/s,
  );
  jest.restoreAllMocks();
});

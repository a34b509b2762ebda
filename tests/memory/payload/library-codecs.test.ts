import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import type * as Arrow from 'apache-arrow';
import type makeArray from 'ndarray';
import type { NdArray } from 'ndarray';
import { arrowCodec } from '../../../src/memory/payload/codecs/arrow.js';
import { resolvePeer } from '../../../src/memory/payload/codecs/peer.js';
import { pack } from '../../../src/memory/payload/pack.js';
import { root, scratch } from '../../support/paths.js';
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
    expect(whole.data).toBe(row.data);
    expect((whole.data as Float64Array).buffer).toBe(memory.blocks[0]);
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
    expect(travel(none.batches)[0]?.numRows).toBe(0);
  });

  test('are told by more than the name or the mark of their class', () => {
    class Table {}
    class Vector {
      data = 1;
    }
    class Marked {}
    Object.assign(Marked.prototype, { [Symbol.for('apache-arrow/RecordBatch')]: true });
    for (const odd of [new Table(), new Vector(), new Marked()])
      expect(() => travel(odd)).toThrow('for which there is no codec');
  });

  test('of a copy that no require finds arrive as values of the CommonJS build', async () => {
    const other = await import('apache-arrow'); // in jest, another copy, of the other build
    const foreign = other.tableFromArrays({ x: Float64Array.of(1, 2), label: ['a', null] });
    const list = other.vectorFromArray([[1, 2], null, [3]], new other.List(new other.Field('v', new other.Int32())));
    const arrived = travel({ foreign, list });
    expect(rows(arrived.foreign)).toEqual(rows(foreign));
    expect(String(arrived.list.toArray())).toBe(String(list.toArray()));
    expect(Object.getPrototypeOf(arrived.foreign)).toBe(arrow.Table.prototype);
    expect(rows(travel(foreign.batches)[0] ?? foreign)).toEqual(rows(foreign));
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

  // As a program of its own: jest has a loader of its own.
  test('of the ES module build stay of that build, and neither package is loaded before a value is met', () => {
    const folder = join(scratch, 'payload');
    buildSync({
      stdin: {
        contents: `
          export { pack } from './src/memory/payload/pack.ts';
          export { unpack } from './src/memory/payload/unpack.ts';
          export { TestMemory } from './tests/memory/payload/travel.ts';`,
        resolveDir: root,
      },
      outfile: join(folder, 'payload.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    const program = `
      import { pack, unpack, TestMemory } from './payload.mjs';
      import { createRequire } from 'node:module';
      const { cache } = createRequire(import.meta.url);
      const memory = new TestMemory();
      const travel = (value) => unpack(structuredClone(pack(value, { memory })), { memory });
      const loaded = () => Object.keys(cache).filter((file) => /[\\\\/](apache-arrow|ndarray)[\\\\/]/.test(file)).length;
      travel([new Error('a'), new Uint8Array(1)]);
      const before = loaded();
      const arrow = await import('apache-arrow');
      const { table } = travel({ table: arrow.tableFromArrays({ x: Int32Array.of(4, 5) }) });
      const own = Object.getPrototypeOf(table) === arrow.Table.prototype;
      console.log(JSON.stringify([before, own, table.toArray().map(String)]));
    `;
    writeFileSync(join(folder, 'program.mjs'), program);
    const output = execFileSync(process.execPath, ['--no-warnings', join(folder, 'program.mjs')], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([0, true, ['{"x": 4}', '{"x": 5}']]);
  });
});

test('a package that is not installed is told with what needs it', () => {
  jest.replaceProperty(process, 'argv', ['node']);
  expect(() => resolvePeer('no-such-package', 'A value')).toThrow(
    /^DAG_PEER_MISSING: A value needs the package no-such-package, which could not be found: .*`npm install no-such-package`/s,
  );
  jest.restoreAllMocks();
});

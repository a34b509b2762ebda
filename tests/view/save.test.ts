import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import graphology from 'graphology';
import { node, toGraphology } from '../../src/index.js';
import { save, toDot, toMermaid, toSvg } from '../../src/view/index.js';
import { scratch } from '../support/paths.js';
import { rejection } from '../support/waiting.js';

const double = node((x: number) => 2 * x, { name: 'double' });
const target = double(double(1));

let folder = '';
beforeAll(() => {
  mkdirSync(scratch, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'save-'));
});

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

describe('save()', () => {
  test('writes the format that the extension names', async () => {
    for (const name of ['a.dot', 'b.gv', 'c.mmd', 'd.SVG']) await save(target, join(folder, name), { direction: 'LR' });
    const options = { direction: 'LR' } as const;
    expect(read('a.dot')).toBe(toDot(target, options));
    expect(read('b.gv')).toBe(toDot(target, options));
    expect(read('c.mmd')).toBe(toMermaid(target, options));
    expect(read('d.SVG')).toBe(await toSvg(target, options));
  });

  test('writes JSON that graphology reads, of any size', async () => {
    await save(target, pathToFileURL(join(folder, 'graph.json')), { detail: 'full' });
    const graph = graphology.DirectedGraph.from(JSON.parse(read('graph.json')) as never);
    expect(graph.export()).toEqual(toGraphology(target, { detail: 'full' }).export());
    await save(
      Array.from({ length: 2001 }, () => double(1)),
      join(folder, 'many.json'),
    );
    expect((JSON.parse(read('many.json')) as { nodes: unknown[] }).nodes).toHaveLength(2001);
    const limited = save([double(1), double(2)], join(folder, 'few.json'), { maxNodes: 1 });
    expect(await rejection(limited)).toMatchObject({ code: 'DAG_OPTION' });
  });

  test('replaces a file, and leaves nothing else behind', async () => {
    writeFileSync(join(folder, 'graph.dot'), 'old');
    await save(target, join(folder, 'graph.dot'));
    expect(readdirSync(folder)).toEqual(['graph.dot']);
    expect(read('graph.dot')).toBe(toDot(target));
  });

  test('leaves the file as it was when there is nothing to draw, or no way to write', async () => {
    writeFileSync(join(folder, 'graph.dot'), 'old');
    expect(await rejection(save('text', join(folder, 'graph.dot')))).toMatchObject({ code: 'DAG_NOT_A_FUTURE' });
    expect(read('graph.dot')).toBe('old');
    mkdirSync(join(folder, 'taken.dot'));
    await rejection(save(target, join(folder, 'taken.dot')));
    expect(readdirSync(folder).sort()).toEqual(['graph.dot', 'taken.dot']);
    expect(await rejection(save(target, join(folder, 'missing', 'graph.dot')))).toMatchObject({ code: 'ENOENT' });
  });

  test.each(['picture.png', 'picture', '.svg', 'toString'])('refuses %s', async (name) => {
    const error = await rejection(save(target, join(folder, name)));
    expect(error).toMatchObject({ code: 'DAG_OPTION' });
    expect(String(error)).toContain('a path that ends in .dot, .gv, .mmd, .svg, .json, got');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('refuses options that the format does not have', async () => {
    for (const name of ['a.json', 'a.svg', 'a.dot']) {
      expect(await rejection(save(target, join(folder, name), { unknown: 1 } as never))).toMatchObject({
        code: 'DAG_OPTION',
      });
    }
  });
});

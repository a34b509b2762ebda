import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, summarising, type Summary } from '../../examples/rows.js';
import { scratch } from '../support/paths.js';
import { printed } from './printed.js';

const strikes = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/birdstrikes.csv');
const lines = readFileSync(strikes, 'utf8').trimEnd().split('\r\n').slice(1);

/** A text in pieces that end anywhere. */
function* pieces(text: string, length: number): Generator<string> {
  for (let from = 0; from < text.length; from += length) yield text.slice(from, from + length);
}

/** The same by a plain loop. */
function expected(rows: readonly string[]): Map<string, Summary> {
  const byPhase = new Map<string, Summary>();
  for (const row of rows) {
    const { phase, damage, speed } = parse.body(row);
    if (Number.isNaN(speed)) continue;
    const known = byPhase.get(phase) ?? { strikes: 0, damaging: 0, speed: 0 };
    byPhase.set(phase, {
      strikes: known.strikes + 1,
      damaging: known.damaging + Number(damage),
      speed: known.speed + speed,
    });
  }
  return byPhase;
}

test('rows that come in pieces are summarised as by a plain loop, the last batch too', async () => {
  const summaries: ReadonlyMap<string, Summary>[] = [];
  for await (const summary of summarising().run(pieces(`${lines.join('\n')}\n`, 777))) summaries.push(summary);
  const complete = lines.filter((line) => !Number.isNaN(parse.body(line).speed)).length;
  expect(complete % 1000).not.toBe(0);
  expect(complete).toBeLessThan(lines.length);
  expect(summaries).toHaveLength(Math.ceil(complete / 1000));
  expect(summaries.at(-1)).toEqual(expected(lines));
});

test('the file of repeated rows is summarised, and removed', async () => {
  const temporary = join(scratch, 'rows');
  mkdirSync(temporary, { recursive: true });
  const text = await printed('rows', { rows: 12_000 }, { TMPDIR: temporary });
  const wanted = expected([...lines, ...lines.slice(0, 2000)]);
  for (const [phase, { strikes: count }] of wanted)
    expect(text).toMatch(new RegExp(`^ +${phase} +${count.toLocaleString('en')} `, 'm'));
  expect(readdirSync(temporary).filter((name) => name.startsWith('lazydag-rows-'))).toEqual([]);
});

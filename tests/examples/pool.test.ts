import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import jpeg from 'jpeg-js';
import { resolve } from 'lazydag';
import { PNG } from 'pngjs';
import { draw } from '../../examples/mandelbrot.js';
import { blackScholes, price } from '../../examples/options.js';
import { sharpen } from '../../examples/photo.js';
import { scratch } from '../support/paths.js';
import { printed } from './printed.js';

test('the Mandelbrot set is put together from tiles without gaps, and written as PNG', async () => {
  const file = join(scratch, 'mandelbrot-test.png');
  rmSync(file, { force: true });
  expect(await printed('mandelbrot', { width: 150, file })).toContain('2 threads');
  const picture = PNG.sync.read(readFileSync(file));
  expect([picture.width, picture.height]).toEqual([150, 100]);

  const pixels = await draw(150, 100).resolve();
  expect(Buffer.compare(picture.data, pixels)).toBe(0);
  expect(pixels.filter((_, at) => at % 4 === 3).every((opacity) => opacity === 255)).toBe(true);
});

test('strips of a photograph leave no seams', async () => {
  // A blur leaves a slope as it is, but for the ends of the picture; there, a strip without overlap would end, too.
  const [width, height, reach] = [4, 160, 15];
  const samples = Float32Array.from({ length: 3 * width * height }, (_, at) => Math.floor(at / (3 * width)));
  const { bytes } = await sharpen({ width, height, samples }, { sigma: 5, amount: 1 }).resolve();
  for (let row = reach; row < height - reach; row += 1) expect(bytes[4 * width * row]).toBe(row);
});

test('the photograph is the same from the calling thread and from threads, and sharper than before', async () => {
  const file = join(scratch, 'photo-test.jpg');
  rmSync(file, { force: true });
  const text = await printed('photo', { file });
  expect(text).toContain('the same to the last bit: yes');
  const [before, after] = /differ by ([\d.]+) in the photograph, by ([\d.]+)/.exec(text)?.slice(1).map(Number) ?? [];
  expect(after).toBeGreaterThan(before ?? Infinity);
  expect(jpeg.decode(readFileSync(file))).toMatchObject({ width: 1024, height: 750 });
});

test('simulated prices agree with the formula', async () => {
  expect(blackScholes({ spot: 100, volatility: 0.2 })).toBeCloseTo(9.4134, 4);
  const priced = await resolve(price(20_000));
  expect(priced).toHaveLength(5);
  for (const { market, european, asian } of priced) {
    expect(Math.abs(european.price - blackScholes(market))).toBeLessThan(4 * european.error);
    expect(asian.price).toBeLessThan(european.price); // a mean varies less than the last price
  }
});

test('simulated prices do not depend on threads', async () => {
  expect(await printed('options', { paths: 20_000 })).toContain('the same to the last bit: yes');
});

/**
 * A part of the Mandelbrot set as a picture: every tile is a call, and a pool runs the calls on all cores. Threads write
 * their tiles into shared memory, so that no pixel is copied before the tiles are put together.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { alloc, node, type Future } from 'lazydag';
import { PNG } from 'pngjs';
import { compare } from './support/comparison.js';
import { outputPath, shownPath } from './support/output.js';

/** What may be chosen. */
export interface MandelbrotOptions {
  /** Threads of the pool. Default: as many as can run at once. */
  readonly threads?: number;
  /** Pixels; the height is two thirds of it. Default 1,200. */
  readonly width?: number;
  /** Where the picture goes. Default `.tmp/mandelbrot.png` in the repository. */
  readonly file?: string;
}

/** The part of the picture that one call computes, in pixels. */
interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the plane that is seen. */
interface View {
  readonly real: number;
  readonly imaginary: number;
  /** Width of a pixel. */
  readonly pixel: number;
}

const CENTRE = { real: -0.7436439, imaginary: 0.1318259 }; // in the valley of seahorses
const WIDTH = 0.0035;
const TILE = 100;
const MOST_STEPS = 1500;
const CHANNELS = 4;
/** Where a pixel is looked at; its colour is the mean. */
const SAMPLES = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

/** How many steps a point takes to leave the circle of radius 16, with fractions; `MOST_STEPS` where it stays. */
function stepsOf(real: number, imaginary: number): number {
  let [x, y, xx, yy] = [0, 0, 0, 0];
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    y = 2 * x * y + imaginary;
    x = xx - yy + real;
    xx = x * x;
    yy = y * y;
    if (xx + yy > 256) return step + 3 - Math.log2(Math.log2(xx + yy));
  }
  return MOST_STEPS;
}

/** Dark blue over white to orange and back, from 0 to 255 in each channel; black where a point stays. */
function shade(steps: number, channel: number): number {
  return steps >= MOST_STEPS ? 0 : 127.5 + 127.5 * Math.cos(0.35 * Math.sqrt(steps) + 2.6 + 0.55 * channel);
}

const drawTile = node(
  ({ left, top, width, height }: Tile, { real, imaginary, pixel }: View) => {
    const pixels = alloc(Uint8Array, [height, width, CHANNELS]);
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const [x, y] = [real + (left + column) * pixel, imaginary + (top + row) * pixel];
        const steps = SAMPLES.map(([right, down]) => stepsOf(x + right * pixel, y + down * pixel));
        const at = CHANNELS * (row * width + column);
        for (let channel = 0; channel < 3; channel += 1) {
          pixels[at + channel] = steps.reduce((sum, count) => sum + shade(count, channel), 0) / steps.length;
        }
        pixels[at + 3] = 255; // opaque
      }
    }
    return pixels;
  },
  { name: 'drawTile' },
);

const assemble = node(
  (tiles: readonly Tile[], drawn: readonly Uint8Array[], { width, height }: { width: number; height: number }) => {
    const picture = alloc(Uint8Array, [height, width, CHANNELS]);
    for (const [index, tile] of tiles.entries()) {
      const row = CHANNELS * tile.width;
      for (let y = 0; y < tile.height; y += 1) {
        const from = drawn[index]?.subarray(y * row, (y + 1) * row) ?? [];
        picture.set(from, CHANNELS * ((tile.top + y) * width + tile.left));
      }
    }
    return picture;
  },
  { name: 'assemble' },
);

/** The picture as a Future of its pixels, row by row, four bytes each. */
export function draw(width: number, height: number): Future<Uint8Array> {
  const pixel = WIDTH / width;
  const view = {
    real: CENTRE.real - (pixel * width) / 2,
    imaginary: CENTRE.imaginary - (pixel * height) / 2,
    pixel,
  };
  const tiles: Tile[] = [];
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      tiles.push({ left, top, width: Math.min(TILE, width - left), height: Math.min(TILE, height - top) });
    }
  }
  return assemble(
    tiles,
    tiles.map((tile) => drawTile(tile, view)),
    { width, height },
  );
}

/** Draws the picture on the calling thread and on a pool, tells how long both took, and writes it as PNG. */
export async function main({
  threads = availableParallelism(),
  width = 1200,
  file = outputPath('mandelbrot.png'),
}: MandelbrotOptions = {}): Promise<void> {
  const height = Math.round((width * 2) / 3);
  const { value, text } = await compare(() => draw(width, height), threads);
  console.log(`${String(width)} × ${String(height)} pixels in tiles of ${String(TILE)} × ${String(TILE)}\n\n${text}`);

  const png = new PNG({ width, height });
  png.data.set(value);
  await writeFile(file, PNG.sync.write(png));
  console.log(`\nThe picture is in ${shownPath(file)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

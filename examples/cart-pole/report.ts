import { readFileSync } from 'node:fs';
import { decimal, table } from '../support/text.js';
import { advance, type Motion } from './physics.js';
import { degrees, PUSHED, STEP } from './settings.js';

/** What a logger has written, by the number of the step. */
export type Log = ReadonlyMap<number, Motion>;

const PLOT = { width: 60, rows: 26 };

/** Reads what a logger has written. @throws RangeError when a step is there twice, or before an earlier one */
export function readLog(path: string): Log {
  const log = new Map<number, Motion>();
  let last = 0;
  for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) {
    const [step = 0, x = 0, v = 0, theta = 0, omega = 0] = line.split(',').map(Number);
    if (step <= last) throw new RangeError(`${path} has step ${String(step)} after ${String(last)}.`);
    log.set(step, { x, v, theta, omega });
    last = step;
  }
  return log;
}

/** How many steps of one log another one has not. */
export function missing(log: Log, from: Log): number {
  return [...log.keys()].filter((step) => !from.has(step)).length;
}

/** Seconds after which the pole lies flat if nobody does anything. */
export function fallTime(): number {
  const nothing = { force: 0, bump: 0, gust: 0 };
  let motion = PUSHED;
  let step = 0;
  for (; Math.abs(motion.theta) < Math.PI / 2; step += 1) motion = advance(motion, nothing, STEP);
  return step * STEP;
}

/** The greatest angle, in degrees. */
export function widest(log: Log): number {
  return degrees(Math.max(...Array.from(log.values(), ({ theta }) => Math.abs(theta))));
}

/** The second half of a log. */
export function secondHalf(log: Log): Log {
  return new Map([...log].slice(log.size >> 1));
}

/** How far off a log is, as the root of the mean square, wherever it has a state. */
export function error(log: Log, truth: Log, of: keyof Motion): number {
  let [sum, count] = [0, 0];
  for (const [step, motion] of log) {
    const real = truth.get(step);
    if (real === undefined) continue;
    sum += (motion[of] - real[of]) ** 2;
    count += 1;
  }
  return Math.sqrt(sum / count);
}

/** How far off readings and estimates are. */
export function errorsText({ truth, readings, estimates }: Record<'truth' | 'readings' | 'estimates', Log>): string {
  const rows: readonly (readonly [string, keyof Motion, (value: number) => number])[] = [
    ['position, cm', 'x', (metres) => 100 * metres],
    ['speed, cm/s', 'v', (metres) => 100 * metres],
    ['angle, °', 'theta', degrees],
    ['turning, °/s', 'omega', degrees],
  ];
  return table(
    ['', 'sensor', 'observer'],
    rows.map(([name, of, unit]) => [
      name,
      ...[readings, estimates].map((log) => decimal(unit(error(log, truth, of)), 2)),
    ]),
  );
}

/** The angle over time, which goes down: `●` as it is, `·` as it was read. */
export function plotText(truth: Log, readings: Log): string {
  const steps = [...truth.keys()];
  const every = Math.max(1, Math.ceil(steps.length / PLOT.rows));
  const range = Math.ceil(Math.max(widest(truth), widest(readings)));
  const place = ({ theta }: Motion): number => Math.round(((degrees(theta) / range + 1) / 2) * PLOT.width);
  const lines = steps
    .filter((_, at) => at % every === 0)
    .map((step) => {
      const line = new Array<string>(PLOT.width + 1).fill(' ');
      line[PLOT.width / 2] = '│';
      const [read, real] = [readings.get(step), truth.get(step)];
      if (read !== undefined) line[place(read)] = '·';
      if (real !== undefined) line[place(real)] = '●';
      return `  ${decimal(step * STEP, 2)} s  ${line.join('')}`.trimEnd();
    });
  const [left, right] = [`−${String(range)}°`, `${String(range)}°`];
  const head = `          ${left}${'0°'.padStart(PLOT.width / 2 - left.length + 1)}${right.padStart(PLOT.width / 2)}`;
  return [head, ...lines].join('\n');
}

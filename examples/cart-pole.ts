/**
 * A pole that stands on a cart, kept upright by a motor: a sensor reads the state of the two with noise, a Kalman filter
 * estimates it, and a linear-quadratic regulator chooses the force. The regulator is slow, and blocks its thread; it gets the
 * newest estimate each time, while a logger on another thread gets every reading.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Layout, type LayoutStats } from 'lazydag/layout';
import { Clock, Controller, Logger, Observer, Sensor, World } from './cart-pole/components.js';
import { errorsText, fallTime, missing, plotText, readLog, secondHalf, widest } from './cart-pole/report.js';
import { degrees, PUSHED, STEP } from './cart-pole/settings.js';
import { connectionsText } from './support/connections.js';
import { outputFolder, shownPath } from './support/output.js';
import { decimal } from './support/text.js';

/** What may be chosen. */
export interface CartPoleOptions {
  /** How long the pole is watched. Default 4. */
  readonly seconds?: number;
  /** Milliseconds that the controller takes to find a force. Default 15. */
  readonly slowness?: number;
  /** Where the loggers write `truth.csv`, `readings.csv` and `estimates.csv`. Default `.tmp/cart-pole` in the repository. */
  readonly folder?: string;
}

/** The world on a thread, sensor and loggers on another one, and all that takes long on a third. */
class CartPole extends Layout {
  constructor(private readonly options: Required<CartPoleOptions>) {
    super();
  }

  setup(): void {
    const { seconds, slowness, folder } = this.options;
    const outside = this.context({ name: 'outside' });
    const clock = this.add(outside, Clock, Math.round(seconds / STEP));
    const world = this.add(outside, World);

    const io = this.context({ name: 'io' });
    const sensor = this.add(io, Sensor);
    const logger = (what: string) => this.add(io, Logger, join(folder, `${what}.csv`)).with({ name: `log of ${what}` });

    const control = this.context({ name: 'control' });
    const observer = this.add(control, Observer);
    const controller = this.add(control, Controller, slowness);

    this.connect(clock, world, { policy: 'queue' });
    // The world does not wait for the controller: whatever force there is acts on.
    this.connect(controller, world, { trigger: false, initial: { force: 0 } });
    this.connect(world, sensor, { policy: 'queue' });
    this.connect(sensor, logger('readings'), { policy: 'queue' });
    // Observer and controller take turns, each time with the newest reading.
    this.connect(sensor, observer);
    this.connect(controller, observer, { initial: { force: 0 } });
    this.connect(observer, controller);

    this.connect(world, logger('truth'), { policy: 'queue' });
    this.connect(observer, logger('estimates'), { policy: 'queue' });
  }
}

/** Watches the pole for some seconds, and prints what became of it. */
export async function main({ seconds = 4, slowness = 15, folder }: CartPoleOptions = {}): Promise<void> {
  const files = outputFolder('cart-pole', folder);
  await using running = await new CartPole({ seconds, slowness, folder: files }).start();
  await running.done; // the clock stops
  report(files, running.stats());
}

function report(folder: string, stats: LayoutStats): void {
  const truth = readLog(join(folder, 'truth.csv'));
  const readings = readLog(join(folder, 'readings.csv'));
  const estimates = readLog(join(folder, 'estimates.csv'));
  const angle = (value: number): string => `${decimal(value, 1)}°`;
  const ticks = stats.components.find(({ name }) => name === 'World')?.firings ?? 0;
  console.log(plotText(truth, readings));
  console.log(`
pushed to            ${angle(degrees(PUSHED.theta))}, at ${angle(degrees(PUSHED.omega))} per second
left alone           falls over within ${decimal(fallTime(), 2)} s
with the controller  never beyond ${angle(widest(truth))}, and ${angle(widest(secondHalf(truth)))} in the second half
steps of the world   ${decimal(truth.size)}, at ${decimal(ticks - truth.size)} more ticks it stood still
readings logged      ${decimal(readings.size)}, missing ${decimal(missing(truth, readings))}
readings used        ${decimal(estimates.size)}, by an observer that is as slow as the controller

How far off, as root of the mean square:
${errorsText({ truth, readings, estimates })}

${connectionsText(stats)}

The logs are in ${shownPath(folder)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

/**
 * Seven calls of one second each. Run one after the other they take seven; the longest path through them takes four, and
 * so does resolving `g`, because asynchronous bodies that do not need each other run at the same time.
 *
 *     A ─┬─ B ─── F ─┐
 *        ├─ C ─┬─────┼─ G
 *        └─ D ─┴─ E ─┘
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { node, plan, type Future, type RunEvent } from 'lazydag';

/** How long each body takes. */
export interface ParallelOptions {
  /** Milliseconds that stand for a second. Default 1000. */
  readonly second?: number;
}

/** What the demo found out. */
export interface ParallelResult {
  readonly result: number;
  /** Milliseconds from the call of `resolve()` to its value. */
  readonly elapsed: number;
  /** Milliseconds along the longest path, as planned before anything ran. */
  readonly criticalPath: number;
  /** Milliseconds on one worker, as planned. */
  readonly oneByOne: number;
  /** A line per call: when its body ran. */
  readonly timeline: string;
}

const WIDTH_OF_A_SECOND = 8;

/** The demo's graph: nothing runs before `resolve()`. */
function build(second: number): Future<number> {
  const slow = <Args extends number[]>(name: string, compute: (...args: Args) => number) =>
    node(
      async (...args: Args) => {
        await sleep(second);
        return compute(...args);
      },
      { name, cost: second },
    );

  const A = slow('A', (val: number) => val);
  const B = slow('B', (a: number) => a);
  const C = slow('C', (a: number) => a - 2);
  const D = slow('D', (a: number) => a - 2);
  const E = slow('E', (c: number, d: number) => c - d);
  const F = slow('F', (b: number) => b * 10);
  const G = slow('G', (f: number, c: number, e: number) => f + c - e);

  const a = A(10);
  const b = B(a);
  const c = C(a);
  const d = D(a);
  const e = E(c, d);
  const f = F(b);
  return G(f, c, e);
}

/** When each body ran, as a bar per call. */
class Timeline {
  readonly #started = new Map<string, number>();
  readonly #lines: string[] = [];
  #origin = Number.NaN;

  constructor(readonly second: number) {}

  readonly follow = (event: RunEvent): void => {
    if (event.type === 'run-started') this.#origin = event.at;
    if (event.type === 'started') this.#started.set(event.name, event.at - this.#origin);
    if (event.type === 'finished') this.#draw(event.name, event.duration);
  };

  #draw(name: string, duration: number): void {
    const columns = (milliseconds: number): number => Math.round((milliseconds / this.second) * WIDTH_OF_A_SECOND);
    const before = ' '.repeat(columns(this.#started.get(name) ?? 0));
    this.#lines.push(`  ${name} ${before}${'█'.repeat(columns(duration))}`);
  }

  toString(): string {
    return this.#lines.sort().join('\n');
  }
}

/** Resolves the demo's graph. */
export async function measure({ second = 1000 }: ParallelOptions = {}): Promise<ParallelResult> {
  const g = build(second);
  const { criticalPath, makespan: oneByOne } = plan(g, { workers: 1 });
  const timeline = new Timeline(second);
  const startedAt = performance.now();
  const result = await g.resolve({ onEvent: timeline.follow });
  return { result, elapsed: performance.now() - startedAt, criticalPath, oneByOne, timeline: timeline.toString() };
}

/** Prints the demo's timeline, its result and how long it took. */
export async function main({ second = 1000 }: ParallelOptions = {}): Promise<void> {
  const { result, elapsed, criticalPath, oneByOne, timeline } = await measure({ second });
  const seconds = (count: number): string => `${(count / second).toFixed(3)} s`;
  console.log(timeline);
  console.log(`\n  result           ${result}`);
  console.log(`  elapsed          ${seconds(elapsed)}`);
  console.log(`  critical path    ${seconds(criticalPath)}   A → C → E → G`);
  console.log(`  one by one       ${seconds(oneByOne)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

import { expect, test } from '@jest/globals';
import { registerCodec } from '../../src/index.js';
import { component, Router } from '../../src/layout/index.js';
import { Count, Counter, Keep, Made, type CountView } from './parts.js';

class Scale {
  constructor(public factor: number) {}
}
registerCodec(Scale, { encode: ({ factor }) => factor, decode: (factor) => new Scale(factor) });

class Journal {
  readonly lines: string[] = [];
}

interface Settings {
  readonly steps: number[];
  readonly weights: Float64Array;
  readonly again: Float64Array;
  readonly scale: Scale;
  readonly tell: (line: string) => void;
  readonly shared: Int32Array;
}

/** Spoils what it was given, and fails at each third value. */
@component({ onError: 'restart' })
class Spoils extends Router<[typeof Count], typeof Count> {
  static readonly output = Count;
  #fired = 0;

  constructor(
    private readonly settings: Settings,
    private readonly journal: Journal,
    private readonly steps: number[],
  ) {
    super();
    const { weights, again, scale, shared, tell } = settings;
    tell(`${[...settings.steps].join()} ${[...weights].join()} ${scale.factor} ${scale instanceof Scale}`);
    tell(`${settings.steps === steps} ${weights.buffer === again.buffer}`);
    settings.steps.push(9);
    weights.fill(9);
    scale.factor = 9;
    shared[0] = (shared[0] ?? 0) + 1;
  }

  compute({ n }: CountView): { n: number } {
    this.#fired += 1;
    this.steps.push(n);
    this.journal.lines.push(`${n} ${this.settings.steps.length}`);
    if (this.#fired === 3) throw new Error('tired');
    return { n };
  }
}

test('a component that is made anew has its arguments as they were at first', async () => {
  const told: string[] = [];
  const journal = new Journal();
  const memory = new Float64Array([1, 2, 3]);
  const steps = [1, 2];
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const settings: Settings = {
    steps,
    weights: memory.subarray(0, 2),
    again: memory,
    scale: new Scale(2),
    tell: (line) => void told.push(line),
    shared,
  };
  const kept: number[] = [];
  const running = await new Made((layout, here) => {
    const spoils = layout.add(here, Spoils, settings, journal, steps);
    layout.connect(layout.add(here, Counter, 7), spoils, { policy: 'queue' });
    layout.connect(spoils, layout.add(here, Keep, kept), { policy: 'queue' });
  }).start({ onFailure: () => undefined });
  await running.done;
  expect(kept).toEqual([0, 1, 3, 4, 6]);
  expect(told).toEqual(Array.from({ length: 3 }, () => ['1,2 1,2 2 true', 'true true']).flat());
  expect(shared[0]).toBe(3); // it is that of all
  expect(journal.lines).toEqual(['0 4', '1 5', '2 6', '3 4', '4 5', '5 6', '6 4']);
  expect(steps).toEqual([1, 2, 9, 0, 1, 2]); // the first one had these themselves
});

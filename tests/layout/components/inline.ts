import { Layout, ToCallback, type ComponentRef, type Context, type EdgeOptions } from '../../../src/layout/index.js';
import type { RunningLayout, StartOptions } from '../../../src/layout/index.js';
import { structOf } from '../../../src/memory/struct/struct.js';
import { within } from '../../support/waiting.js';

/** What a test makes a layout of, in a context on the thread of the test. */
export type Make = (layout: Layout, context: Context) => void;

class Made extends Layout {
  constructor(readonly make: Make) {
    super();
  }

  setup(): void {
    this.make(this, this.context({ inline: true }));
  }
}

export function begin(make: Make, options?: StartOptions): Promise<RunningLayout> {
  return new Made(make).start(options);
}

/** Runs a layout until its sources have ended. */
export async function run(make: Make, options?: StartOptions): Promise<RunningLayout> {
  const running = await begin(make, options);
  await within(10_000, running.done);
  return running;
}

/** What goes wrong with a layout. */
export async function failure(make: Make): Promise<unknown> {
  return run(make).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Connects a component to an array: records come as plain objects. */
export function into(
  { layout, context, from, edge = { policy: 'queue' } }: Sink,
  values: unknown[] = [],
  told?: (value: unknown) => void,
): unknown[] {
  const take = (value: unknown): void => {
    const copy: unknown = structOf(value)?.toObject(value as never) ?? value;
    values.push(copy);
    told?.(copy);
  };
  layout.connect(from, layout.add(context, ToCallback, take), edge);
  return values;
}

interface Sink {
  readonly layout: Layout;
  readonly context: Context;
  readonly from: ComponentRef;
  readonly edge?: EdgeOptions;
}

/** What a component emits along a queue, until the layout ends. */
export async function emissions(make: (layout: Layout, context: Context) => ComponentRef): Promise<unknown[]> {
  const values: unknown[] = [];
  await run((layout, context) => {
    into({ layout, context, from: make(layout, context) }, values);
  });
  return values;
}

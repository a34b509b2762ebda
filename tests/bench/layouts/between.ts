import type * as Layouts from '../../../src/layout/index.js';
import { loadLayouts } from './library.js';

type Class<Args extends readonly unknown[]> = new (...args: Args) => Layouts.Component;

/** A component with the arguments of its constructor. */
export interface Built<Args extends readonly unknown[] = readonly unknown[]> {
  readonly type: Class<Args>;
  readonly args: Args;
}

/** What the compiler cannot tell of a list of them it tells of each. */
export function built<Args extends readonly unknown[]>(type: Class<Args>, ...args: Args): Built {
  return { type, args } as unknown as Built;
}

/** Runs a layout of a source on one thread and a sink on another until the source has come to its end. */
export async function runBetween(
  { source, sink }: { readonly source: Built; readonly sink: Built },
  edge: Layouts.EdgeOptions,
): Promise<Layouts.LayoutStats> {
  const { Layout } = await loadLayouts();
  class Between extends Layout {
    setup(): void {
      const from = this.add(this.context(), source.type, ...source.args);
      this.connect(from, this.add(this.context(), sink.type, ...sink.args), edge);
    }
  }
  const running = await new Between().start();
  await running.done;
  return running.stats();
}

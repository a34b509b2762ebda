/**
 * Arithmetic as a graph: methods that call each other make calls nested in calls. Nothing runs before `resolve()`, and the
 * graph that ran can be drawn, here as Mermaid text.
 */
import { pathToFileURL } from 'node:url';
import { lazy, node } from 'lazydag';
import { toMermaid } from 'lazydag/view';

/** Decorated methods keep their types; inside of them, what other methods return is handed on. */
class Arithmetic {
  @node()
  static _add(a: number, b: number): number {
    return a + b;
  }

  @node()
  static add(a: number, b: number): number {
    return Arithmetic._add(a, b);
  }

  @node()
  static subtract(a: number, b: number): number {
    return a - b;
  }

  @node()
  static multiply(a: number, b: number, c: number): number {
    return a * b * c;
  }

  @node()
  static pipeline(a: number, b: number, c: number, d: number): number {
    const sum = Arithmetic.add(a, b);
    const difference = Arithmetic.subtract(c, d);
    return Arithmetic.multiply(sum, c, difference);
  }
}

const { pipeline } = lazy(Arithmetic);

/** Resolves the pipeline and prints its result and its graph. */
export async function main(): Promise<void> {
  const result = pipeline(10, 2, 5, 6);
  console.log(`before: ${result.state}`);
  console.log(`pipeline(10, 2, 5, 6) = ${await result.resolve()}`);
  console.log(`after: ${result.state}\n`);
  console.log(toMermaid(result));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

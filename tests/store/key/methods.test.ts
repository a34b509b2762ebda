import { beforeEach, expect, jest, test } from '@jest/globals';
import type { Future } from '../../../src/index.js';

// Nodes learn of their classes once in a process.
beforeEach(() => {
  jest.resetModules();
});

/** A process that has just loaded the classes. */
async function load() {
  const classes = await import('./nodes/scales.js');
  const { freshKeys } = await import('./support.js');
  const keys = freshKeys();
  return {
    classes,
    key: (call: unknown) => keys.keyOf(call as Future), // whatever type it is declared to have
    node: (call: unknown) => keys.factsOf(call as Future).stamp?.node.replace(/^[^#]*#/u, ''), // as above
  };
}

/** Keys of calls of the methods of all classes, of which instances are made in an order. */
async function keysInOrder(
  order: readonly ('Scale' | 'Metric' | 'Imperial' | 'Ruler')[],
): Promise<Record<string, string>> {
  jest.resetModules();
  const { classes, key } = await load();
  const keys: Record<string, string> = {};
  for (const name of order) {
    const scale = new classes[name]();
    keys[`${name}.apply`] = key(scale.apply(1));
    keys[`${name}.counted`] = key(scale.counted(1));
    if (scale instanceof classes.Ruler) keys[`${name}.measure`] = key(scale.measure(1));
  }
  return keys;
}

test('the key of a method does not depend on which instance was made first', async () => {
  const first = await keysInOrder(['Scale', 'Metric', 'Imperial', 'Ruler']);
  expect(await keysInOrder(['Ruler', 'Imperial', 'Metric', 'Scale'])).toEqual(first);
  expect(await keysInOrder(['Metric', 'Ruler', 'Scale', 'Imperial'])).toEqual(first);
  // What differs in class still has keys of its own.
  expect(new Set(Object.values(first)).size).toBe(9);
});

test('a method is named by the class that defines it', async () => {
  const { classes, node } = await load();
  const [ruler, metric, imperial] = [new classes.Ruler(), new classes.Metric(), new classes.Imperial()];
  expect([metric.apply(1), ruler.counted(1), ruler.measure(1), imperial.apply(1)].map(node)).toEqual([
    'Scale.apply',
    'Scale.counted',
    '.measure', // of a class without a name
    'Imperial.apply',
  ]);
});

test('an instance that no constructor has made tells of the class, too', async () => {
  const { classes, key, node } = await load();
  const bare = Object.assign(Object.create(classes.Metric.prototype) as object, { rate: 2 });
  const call: unknown = Reflect.apply(classes.Scale.prototype.apply, bare, [1]);
  expect(node(call)).toBe('Scale.apply');
  const before = key(call);
  expect(key(new classes.Metric().apply(1))).toBe(before);
});

test('a method that is called on an object of no class gets the name of its class once that is known', async () => {
  const { classes, node } = await load();
  const { measure } = classes.Ruler.prototype;
  const call = (): unknown => Reflect.apply(measure, { rate: 2 }, [1]);
  expect(node(call())).toBe('measure');
  new classes.Ruler();
  const again = await load();
  expect(again.node(call())).toBe('.measure');
});

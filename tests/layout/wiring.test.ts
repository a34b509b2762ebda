import { describe, expect, test } from '@jest/globals';
import type { Layout } from '../../src/layout/index.js';
import {
  Collector,
  component,
  Emitter,
  Router,
  struct,
  type ComponentRef,
  type Context,
  type StructView,
} from '../../src/layout/index.js';
import { Add, Call, Count, Counter, Gain, Keep, Made, Through, type CountView } from './parts.js';

/** What starting a layout fails with. */
async function refusal(make: (layout: Layout, here: Context) => unknown): Promise<string> {
  const started = new Made(make).start();
  const error = await started.then(
    async (running) => {
      await running.stop();
      return undefined;
    },
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return (error as Error).message;
}

const Other = struct({ x: 'f64' });

@component()
class Typed extends Collector<[typeof Other]> {
  static readonly inputs = [Other];

  compute(): void {
    // takes what comes
  }
}

@component()
class Two extends Collector {
  compute(one: unknown, other: unknown): unknown {
    return [one, other];
  }
}

@component()
class Rest extends Collector {
  compute(...all: unknown[]): unknown {
    return all;
  }
}

@component()
class Forgetful extends Emitter<typeof Other> {
  compute(out: StructView<typeof Other>): void {
    out.x = 1;
  }
}

@component()
class ForgetfulRouter extends Router<[typeof Count], typeof Other> {
  compute({ n }: CountView, out: StructView<typeof Other>): void {
    out.x = n;
  }
}

class Bare extends Emitter {
  compute(): undefined {
    return undefined;
  }
}

describe('start() refuses', () => {
  test.each<[string, (layout: Layout, here: Context) => unknown, RegExp]>([
    [
      'a loop without a first value, and names it',
      (layout, here) => {
        const [one, other] = [layout.add(here, Through, String), layout.add(here, Through, String)];
        layout.connect(one, other);
        layout.connect(other, one);
      },
      /^DAG_LAYOUT: Through → Through 2 → Through is a loop .* initial/,
    ],
    [
      'a loop of components that merge, which nothing comes into from outside',
      (layout, here) => {
        const [one, other] = [
          layout.add(here, Through, String),
          layout.add(here, Through, String).with({ merge: true }),
        ];
        layout.connect(one, other);
        layout.connect(other, one);
      },
      /^DAG_LAYOUT: Through → Through 2 → Through is a loop .* initial/,
    ],
    [
      'a component that waits for itself, behind one that can fire',
      (layout, here) => {
        const sum = layout.add(here, Add);
        layout.connect(layout.add(here, Counter), sum);
        layout.connect(sum, sum);
      },
      /^DAG_LAYOUT: Add → Add is a loop .* initial/,
    ],
    [
      'an input that is not connected',
      (layout, here) => layout.add(here, Add),
      /^DAG_LAYOUT: Add takes 2 parents, and 0 are/,
    ],
    [
      'fewer parents than the body takes',
      (layout, here) => {
        layout.connect(layout.add(here, Counter), layout.add(here, Two));
      },
      /^DAG_LAYOUT: Two takes 2 parents, and 1 are connected/,
    ],
    [
      'more parents than the body takes',
      (layout, here) => {
        const keep = layout.add(here, Keep, []);
        layout.connect(layout.add(here, Counter), keep);
        layout.connect(layout.add(here, Counter), keep);
      },
      /^DAG_LAYOUT: Keep takes 1 parent, and 2 are connected/,
    ],
    [
      'a body for many without any',
      (layout, here) => layout.add(here, Rest),
      /^DAG_LAYOUT: Rest takes 1 parent, and 0 are/,
    ],
    [
      'a parent that emits something else than the class says',
      (layout, here) => {
        const counter: ComponentRef = layout.add(here, Counter); // the compiler would see it, too
        layout.connect(counter, layout.add(here, Typed));
      },
      /^DAG_LAYOUT: Counter emits \{ n \}, and Typed takes \{ x \} there/,
    ],
    [
      'an emitter that fills records and does not say of which struct',
      (layout, here) => {
        layout.connect(layout.add(here, Forgetful), layout.add(here, Rest));
      },
      /^DAG_COMPONENT_FAILED: Forgetful in here: .*Forgetful is to fill what it emits, .* `static readonly output = …`/,
    ],
    [
      'a router that fills records and does not say of which struct',
      (layout, here) => {
        const router = layout.add(here, ForgetfulRouter);
        layout.connect(layout.add(here, Counter), router);
        layout.connect(router, layout.add(here, Rest));
      },
      /^DAG_LAYOUT: ForgetfulRouter takes 2 parents, and 1 are connected\. If the last .* `static readonly output = …`/,
    ],
    [
      'a component that nothing triggers',
      (layout, here) => {
        layout.connect(layout.add(here, Counter), layout.add(here, Keep, []), { trigger: false });
      },
      /^DAG_LAYOUT: Keep never fires: none of its parents triggers it/,
    ],
    [
      'parameters of a component that has none',
      (layout, here) => {
        const keep = layout.add(here, Keep, []);
        layout.connect(layout.add(here, Counter), keep);
        layout.parametrize(layout.add(here, Counter), keep);
      },
      /^DAG_LAYOUT: parametrize\(\): Keep has no parameters/,
    ],
    [
      'parameters from a component that emits something else',
      (layout, here) => {
        const gain = layout.add(here, Gain);
        const source = layout.add(here, Counter);
        layout.connect(source, gain);
        layout.parametrize(source, gain);
      },
      /^DAG_LAYOUT: parametrize\(\): Counter must emit the parameters of Gain, \{ gain, offsets \}/,
    ],
    [
      'a first value with a field that there is not',
      (layout, here) => {
        layout.connect(layout.add(here, Counter), layout.add(here, Keep, []), { initial: { m: 1 } });
      },
      /^DAG_OPTION: connect\(\): `initial` must be an object with fields of the record \(n\)\. A struct has no field `m`/,
    ],
    [
      'a connection from a collector',
      (layout, here) => {
        const keep = layout.add(here, Keep, []);
        layout.connect(keep, keep);
      },
      /^DAG_LAYOUT: connect\(\): Keep is a collector/,
    ],
    [
      'a connection into an emitter',
      (layout, here) => {
        const source: ComponentRef = layout.add(here, Counter);
        layout.connect(source, source);
      },
      /^DAG_LAYOUT: connect\(\): Counter is an emitter/,
    ],
    [
      'parameters from a collector',
      (layout, here) => {
        const keep = layout.add(here, Keep, []);
        layout.parametrize(keep, keep);
      },
      /^DAG_LAYOUT: parametrize\(\): Keep is a collector/,
    ],
    [
      'a connection of something else',
      (layout) => {
        layout.connect({} as never, {} as never);
      },
      /^DAG_LAYOUT: connect\(\) expects what add\(\) has given, got/,
    ],
    [
      'a component that was added elsewhere',
      async (layout, here) => {
        const elsewhere: { ref?: ReturnType<Layout['add']> } = {};
        await refusal((other, there) => {
          elsewhere.ref = other.add(there, Counter, 1);
          other.add(there, Add);
        });
        layout.connect(elsewhere.ref as never, layout.add(here, Keep, []));
      },
      /^DAG_LAYOUT: Counter is not part of this layout/,
    ],
    [
      'something that is no context',
      (layout) => layout.add({} as never, Counter),
      /^DAG_LAYOUT: add\(\) expects a context first/,
    ],
    [
      'a class of another kind',
      (layout, here) => layout.add(here, Map as never),
      /^DAG_LAYOUT: add\(\) expects a class that extends/,
    ],
    [
      'a class without decorator on a thread',
      (layout) => layout.add(layout.context(), Bare),
      /^DAG_LAYOUT: Bare cannot be built on a thread/,
    ],
    [
      'an option that there is not',
      (layout) => layout.context({ threads: 2 } as never),
      /^DAG_OPTION: context\(\) has no option `threads`/,
    ],
    [
      'a policy that there is not',
      (layout, here) => {
        layout.connect(layout.add(here, Counter), layout.add(here, Keep, []), { policy: 'newest' as never });
      },
      /^DAG_OPTION: connect\(\): `policy` must be 'latest', 'queue' or 'leaky'/,
    ],
    ...[Infinity, 0, 1.5, 2 ** 25 + 1].map((capacity): [string, (layout: Layout, here: Context) => unknown, RegExp] => [
      `a capacity of ${capacity}, where it is given`,
      (layout, here) => {
        const [from, to] = [layout.add(here, Counter), layout.add(here, Keep, [])];
        const connect = (): void => {
          layout.connect(from, to, { policy: 'queue', capacity });
        };
        expect(connect).toThrow('DAG_OPTION');
        connect();
      },
      /^DAG_OPTION: connect\(\): `capacity` must be a whole number from 1 to 33554432, got/,
    ]),
    [
      'an option of a component that there is not',
      (layout, here) => layout.add(here, Counter).with({ onError: 'retry' as never }),
      /^DAG_OPTION: Counter\.with\(\): `onError` must be/,
    ],
    ['nothing at all', () => undefined, /^DAG_LAYOUT: setup\(\) of Made has added no component/],
  ])('%s', async (_, make, message) => {
    expect(await refusal(make)).toMatch(message);
  });

  test('what is used outside of setup()', () => {
    const layout = new Made(() => undefined);
    expect(() => layout.context()).toThrow(/^DAG_LAYOUT: context\(\) belongs into setup\(\) of Made/);
  });

  test('to begin while setup() runs', async () => {
    const layout: Layout = new Made(() => layout.start());
    await expect(layout.start()).rejects.toThrow(/^DAG_LAYOUT: start\(\): setup\(\) of Made has not ended yet/);
  });

  test('unknown options', async () => {
    await expect(new Made(() => undefined).start({ threads: 1 } as never)).rejects.toThrow(
      'DAG_OPTION: start() has no option',
    );
  });
});

describe('@component()', () => {
  test('refuses what is no component', () => {
    expect(() => component()(class {} as never)).toThrow('DAG_LAYOUT: @component() stands above a class that extends');
    expect(() => component({ merge: 'yes' } as never)).toThrow(
      'DAG_OPTION: @component(): `merge` must be true or false',
    );
  });

  test('gives options to all components of a class', async () => {
    @component({ name: 'meter', onError: 'skip' })
    class Meter extends Router<[typeof Count], typeof Count> {
      static readonly output = Count;

      compute({ n }: CountView): CountView {
        if (n === 1) throw new Error('one');
        return { n };
      }
    }
    const kept: number[] = [];
    const failures: string[] = [];
    const running = await new Made((layout, here) => {
      const meter = layout.add(here, Meter);
      expect(meter.name).toBe('meter');
      layout.connect(layout.add(here, Counter, 3), meter, { policy: 'queue' });
      layout.connect(meter, layout.add(here, Keep, kept), { policy: 'queue' });
    }).start({ onFailure: ({ message }) => failures.push(message) });
    await running.done;
    expect(kept).toEqual([0, 2]);
    expect(failures).toEqual(['DAG_COMPONENT_FAILED: meter in here: one.']);
  });
});

test('components, contexts and layouts of one class are told apart by numbers', async () => {
  const running = await new Made((layout, here) => {
    const [one, other] = [layout.add(here, Counter, 1), layout.add(here, Counter, 1).with({ name: 'second' })];
    layout.connect(one, layout.add(layout.context({ inline: true }), Keep, []));
    layout.connect(other, layout.add(layout.context({ inline: true }), Keep, []));
  }).start();
  await running.done;
  const { components } = running.stats();
  expect(components.map(({ name, context }) => [name, context])).toEqual([
    ['Counter', 'here'],
    ['second', 'here'],
    ['Keep', 'context 1'],
    ['Keep 2', 'context 2'],
  ]);
});

test('a layout may be started several times', async () => {
  const kept: number[] = [];
  const layout = new Made((made, here) => {
    made.connect(made.add(here, Counter, 2), made.add(here, Keep, kept), { policy: 'queue' });
  });
  const running = await Promise.all([layout.start().then(({ done }) => done)]);
  expect(running).toHaveLength(1);
  await (
    await layout.start()
  ).done;
  expect(kept).toEqual([0, 1, 0, 1]);
});

test('its types follow the structs', () => {
  type View = StructView<typeof Count>;
  const view: View = { n: 1 };
  // @ts-expect-error A field that the struct has not.
  expect(view.m).toBeUndefined();
  expect(Call.length).toBe(1);
});

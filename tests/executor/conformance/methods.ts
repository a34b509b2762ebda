import { describe, expect, it } from '@jest/globals';
import { lazy, resolve } from 'lazydag';
import type { Conforming } from '../conformance.js';
import { Coded, hidden, Private, Scaling, Shifted, Wrapped } from '../pool/nodes/methods.js';

export function describeMethods({ on, forced }: Conforming): void {
  describe('methods', () => {
    it('runs static methods with their class as `this`', async () => {
      expect(await resolve(Scaling.double(4), on())).toBe(8);
      expect(await lazy(Scaling).double(lazy(Scaling).double(4)).resolve(on())).toBe(16);
      expect(await Wrapped.triple(5).resolve(on())).toBe(15);
    });

    it('runs an inherited static method with the class that it was called on', async () => {
      expect(await resolve(Shifted.double(4), on())).toBe(80);
    });

    it('runs methods of instances, with what is in them when the run begins', async () => {
      const scaling = new Scaling(3, Float64Array.of(1));
      const call = lazy(scaling).apply(2);
      expect(await call.resolve(on())).toBe(7);
      scaling.factor = 10;
      call.release();
      expect(await call.resolve(on())).toBe(21);
    });

    it('runs methods that call other methods of the instance', async () => {
      const scaling = new Scaling(3, Float64Array.of(1));
      expect(await lazy(scaling).twice(2).resolve(on())).toBe(22);
    });

    it('runs inherited methods', async () => {
      expect(await lazy(new Shifted(2, 5)).apply(1).resolve(on())).toBe(7);
      expect(await lazy(new Shifted(2, 5)).twice(1).resolve(on())).toBe(19);
    });

    it('rebuilds instances with private fields by their codec', async () => {
      expect(await lazy(new Coded(7)).add(1).resolve(on())).toBe(8);
      expect(await lazy(new Coded(7)).addTwice(1).resolve(on())).toBe(15);
    });

    it('says what private state needs that has no codec', async () => {
      const call = resolve(new Private().add(1), on());
      if (forced) await expect(call).rejects.toMatchObject({ code: 'DAG_INSTANCE_STATE', node: 'add' });
      else expect(await call).toBe(6);
    });

    it('says which class cannot be found', async () => {
      const call = resolve(hidden.apply(1), on());
      if (forced)
        await expect(call).rejects.toMatchObject({
          code: 'DAG_INSTANCE_STATE',
          message: expect.stringContaining('Hidden'),
        });
      else expect(await call).toBe(3);
    });
  });
}

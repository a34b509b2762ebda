import { assertType, type Equal } from './assert-type.js';

assertType<Equal<{ a: 1 }, { a: 1 }>>();
// @ts-expect-error: assignable, but not the same
assertType<Equal<{ readonly a: 1 }, { a: 1 }>>();
// @ts-expect-error: any is only any
assertType<Equal<unknown, ReturnType<typeof JSON.parse>>>();

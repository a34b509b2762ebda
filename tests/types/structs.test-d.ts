import { struct } from '../../src/memory/struct/define.js';
import type { StructView } from '../../src/memory/struct/definition.js';
import { assertType, type Equal } from './assert-type.js';

const Inner = struct({ z: 'f32' });
const State = struct({ x: 'f64', n: 'i64', on: 'bool', image: ['u8', 64, 64], list: ['u64', 2], inner: Inner });
type View = StructView<typeof State>;

assertType<Equal<View['x'], number>>();
assertType<Equal<View['n'], bigint>>();
assertType<Equal<View['on'], boolean>>();
assertType<Equal<View['image'], Uint8Array>>();
assertType<Equal<View['list'], BigUint64Array>>();
assertType<Equal<View['inner']['z'], number>>();

const view: View = State.allocate();
view.x = 1;
view.inner.z = 2;
// @ts-expect-error -- arrays are written in place
view.image = new Uint8Array(4096);
// @ts-expect-error -- a 64-bit integer is a bigint
view.n = 1;
State.assign(view, { x: 1, image: [1, 2] });
// @ts-expect-error -- there is no such field
State.assign(view, { y: 1 });
// @ts-expect-error -- there is no such type
struct({ x: 'float64' });

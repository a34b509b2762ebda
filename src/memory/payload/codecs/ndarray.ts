import { classNameOf, type LibraryCodec } from './library-codec.js';
import { loadFile, resolvePeer } from './peer.js';

/** What an ndarray of scijs is made of. */
interface PlainArray {
  readonly data: unknown;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  /** -1 for the array that is left of one without dimensions: it has no elements and no offset. */
  readonly dimension: number;
}

type MakeArray = (
  data: unknown,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
) => { pick(): unknown };

// The package makes a class for each element type and number of dimensions, such as View2dfloat64.
const CLASS_NAME = /^View(\d+d|_Nil)[a-z]/;

function recognises(instance: object): boolean {
  if (!CLASS_NAME.test(classNameOf(instance))) return false;
  const array = instance as Partial<Record<string, unknown>>; // not known to have any of these
  return (
    'data' in array &&
    Array.isArray(array['shape']) &&
    Array.isArray(array['stride']) &&
    typeof array['dimension'] === 'number' &&
    typeof array['get'] === 'function' &&
    typeof array['set'] === 'function'
  );
}

let load: MakeArray | undefined;

/** The `ndarray` of the package: the same one for CommonJS and for ES modules. */
function makeArray(): MakeArray {
  load ??= loadFile(resolvePeer('ndarray', 'An ndarray')) as MakeArray; // what the package exports
  return load;
}

/** Arrays of the package `ndarray`: the whole buffer under them travels as other typed arrays do, and so keeps being shared between arrays. */
export const ndarrayCodec: LibraryCodec = {
  name: 'lazydag:ndarray',
  module: '',
  recognises,
  encode: (instance): PlainArray => {
    const { data, shape, stride, offset, dimension } = instance as PlainArray; // recognised
    return { data, shape: [...shape], stride: [...stride], offset: dimension < 0 ? 0 : offset, dimension };
  },
  decode: ({ data, shape, stride, offset, dimension }: PlainArray) => {
    const array = makeArray()(data, shape, stride, offset);
    return dimension < 0 ? array.pick() : array;
  },
};

import { isMap, isSet } from './containers.js';

/** Characters of a text that are shown. */
const TEXT_SHOWN = 32;
/** Characters up to which the elements of a container are shown. */
const CONTAINER_SHOWN = 32;
/** Elements that are looked at to find that out. */
const ELEMENTS_SHOWN = 8;

/** Any value in a few characters, for pictures: `3`, `"text"`, `[1, 2]`, `{ rate: 0.1 }`, `Float64Array(8)`, `Date`. */
export function valueText(value: unknown): string {
  try {
    return typeof value === 'object' && value !== null ? objectText(value) : plainText(value);
  } catch {
    return 'an object'; // getters and proxies may throw, and a picture is no place to fail for that
  }
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value === 'bigint') return `${value.toString()}n`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The first characters of a text, never half of one. */
function shortened(text: string): string {
  const characters = Array.from(text.slice(0, 2 * TEXT_SHOWN + 2));
  return characters.length > TEXT_SHOWN ? `${characters.slice(0, TEXT_SHOWN).join('')}…` : text;
}

function objectText(value: object): string {
  if (Array.isArray(value)) return listText(value, value.length) ?? `Array(${value.length.toString()})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return recordText(value);
  const constructor: unknown = (value as { constructor?: unknown }).constructor; // any property may be asked for
  const name = typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'Object';
  if (ArrayBuffer.isView(value)) return 'length' in value ? `${name}(${String(value.length)})` : name;
  if (isMap(value) || isSet(value)) return `${name}(${value.size.toString()})`;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return `${name}(${value.byteLength.toString()})`;
  return name;
}

/** The elements themselves when they are few, short and no containers. */
function listText(elements: readonly unknown[], length: number): string | undefined {
  if (length > ELEMENTS_SHOWN || elements.some((element) => typeof element === 'object' && element !== null))
    return undefined;
  const text = `[${elements.map(plainText).join(', ')}]`;
  return text.length > CONTAINER_SHOWN ? undefined : text;
}

function recordText(record: object): string {
  const keys = Object.keys(record);
  if (keys.length === 0) return '{}';
  if (keys.length > ELEMENTS_SHOWN) return `Object(${keys.length.toString()})`;
  const entries = Object.entries(record) as [string, unknown][];
  const plain = entries.every(([, element]) => typeof element !== 'object' || element === null);
  const full = plain ? `{ ${entries.map(([key, element]) => `${key}: ${plainText(element)}`).join(', ')} }` : '';
  if (plain && full.length <= CONTAINER_SHOWN) return full;
  const names = `{ ${keys.join(', ')} }`;
  return names.length <= CONTAINER_SHOWN ? names : `Object(${keys.length.toString()})`;
}

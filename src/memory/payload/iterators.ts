/**
 * Whether a value is an iterator or a generator of the language, which can be read only once: by its tag, since it may
 * come from another realm.
 */
export function isIterator(value: object): boolean {
  try {
    const { next } = value as { readonly next?: unknown }; // looked at as what it may be
    return (
      typeof next === 'function' && /(?:Generator|Iterator)(?: Helper)?\]$/.test(Object.prototype.toString.call(value))
    );
  } catch {
    return false;
  }
}

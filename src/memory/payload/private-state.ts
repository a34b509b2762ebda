/** What the text of a class has that uses private members, as it was written and as compilers write it. */
const PRIVATE_USE =
  /\.\s*#[\p{ID_Start}$_]|#[\p{ID_Continue}$]+\s+in\s|__classPrivateField(?:Get|Set|In)\b|__private(?:Get|Set|Add|In|Method|Wrapper)\b/u;

/** By prototype. */
const privateState = new WeakMap<object, boolean>();

/** Whether the class of a prototype, or one that it extends, uses private members: its instances are more than their fields. */
export function hasPrivateState(prototype: object): boolean {
  let known = privateState.get(prototype);
  if (known === undefined) {
    const { constructor } = prototype as { readonly constructor?: unknown }; // any object may have one
    const own = typeof constructor === 'function' && PRIVATE_USE.test(Function.prototype.toString.call(constructor));
    const above: unknown = Object.getPrototypeOf(prototype);
    known =
      own || (typeof above === 'object' && above !== null && above !== Object.prototype && hasPrivateState(above));
    privateState.set(prototype, known);
  }
  return known;
}

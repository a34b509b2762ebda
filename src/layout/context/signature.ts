/** What the text of a function tells: how many values it takes, and whether it gives any. */
export interface Shape {
  /** Parameters before the first that is optional. */
  readonly arity: number;
  /** Whether it takes more. */
  readonly variadic: boolean;
  /** Whether it may return something. */
  readonly returns: boolean;
}

/** What the text of a function says of its parameters: `length` does not tell whether there are more. */
export function shapeOf(fn: CallableFunction): Shape {
  const text = Function.prototype.toString.call(fn);
  const list = parameterList(text);
  return {
    arity: (fn as { readonly length: number }).length, // every function has it
    variadic: list === undefined || /\.\.\.|=/.test(list),
    returns: list === undefined || RETURNS.test(text),
  };
}

/** A `return` of something, or an arrow and no block. Words in comments and strings count, too: it is to err on this side. */
const RETURNS = /\breturn\b\s*[^;}\s]|=>\s*[^{\s]/;

/** What stands between the parentheses after the name; undefined where the text has none, as native code. */
function parameterList(text: string): string | undefined {
  const start = text.indexOf('(');
  if (start === -1 || /\{\s*\[native code\]\s*\}\s*$/.test(text)) return undefined;
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    if (depth === 0) return text.slice(start + 1, at);
  }
  return undefined;
}

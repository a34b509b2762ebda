import { tokensOf, type Token } from './tokens.js';

/** A parameter of a function, as its source has it. */
export interface Parameter {
  /** Undefined for a pattern. */
  readonly name: string | undefined;
  /** Names of the properties that an object pattern takes; undefined for anything else. */
  readonly properties: readonly string[] | undefined;
  /** It takes all arguments from its position on. */
  readonly rest: boolean;
}

const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

const isSign = (token: Token | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text;

/**
 * The parameters of a function from its source text: of functions, methods and arrows of every kind, with defaults and
 * patterns. Undefined where there is no source, as for builtins and bound functions. O(parameter list).
 */
export function parametersOf(fn: CallableFunction): readonly Parameter[] | undefined {
  const source = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/u.test(source)) return undefined;
  const list = parameterList(tokensOf(source));
  return list === undefined ? undefined : split(list).map(parameter);
}

/** The tokens between the parentheses, or the one name of an arrow without these. */
function parameterList(tokens: Iterable<Token>): Token[] | undefined {
  const list: Token[] = [];
  let depth = 0;
  let inList = false;
  let before: Token | undefined;
  for (const token of tokens) {
    if (!inList && depth === 0 && isSign(token, '=>')) return before === undefined ? undefined : [before];
    if (token.kind === 'sign' && CLOSING.has(token.text)) depth -= 1;
    if (inList && depth === 0) return list;
    if (inList) list.push(token);
    // A computed name of a method stands in brackets before the list.
    if (!inList && depth === 0 && isSign(token, '(')) inList = true;
    if (token.kind === 'sign' && OPENING.has(token.text)) depth += 1;
    before = token;
  }
  return undefined;
}

/** Parts a list at the commas that are not inside something. */
function split(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [];
  let part: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'sign') depth += Number(OPENING.has(token.text)) - Number(CLOSING.has(token.text));
    if (depth === 0 && isSign(token, ',')) {
      parts.push(part);
      part = [];
    } else part.push(token);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function parameter(tokens: readonly Token[]): Parameter {
  const rest = isSign(tokens[0], '...');
  const [first] = rest ? tokens.slice(1) : tokens;
  if (first?.kind === 'word') return { name: first.text, properties: undefined, rest };
  const properties = isSign(first, '{') && !rest ? propertiesOf(tokens) : undefined;
  return { name: undefined, properties, rest };
}

/** The names that stand first in the entries of an object pattern: those of its properties. */
function propertiesOf(pattern: readonly Token[]): string[] {
  let depth = 0;
  const end = pattern.findIndex((token) => {
    if (token.kind === 'sign') depth += Number(OPENING.has(token.text)) - Number(CLOSING.has(token.text));
    return depth === 0;
  });
  return split(pattern.slice(1, end === -1 ? pattern.length : end)).flatMap(([first]) =>
    first === undefined || first.kind === 'sign' ? [] : [first.text],
  );
}

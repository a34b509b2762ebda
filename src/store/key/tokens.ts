/** A token of JavaScript, as far as parameter lists need to know it. */
export interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  /** The word or the sign; of a text what is between its quotes. */
  readonly text: string;
}

const SPACE = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)+/uy;
const WORD = /#?[\p{ID_Start}$_\p{ID_Continue}\u200c\u200d]+/uy;
const QUOTED = /(['"])((?:\\[\s\S]|(?!\1)[^\\])*)\1/uy;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[\p{ID_Continue}$]*/uy;
const SIGN = /\.\.\.|=>|[\s\S]/uy;
/** After these words a slash begins a regular expression, as after most signs. */
const BEFORE_VALUE = new Set([
  'return',
  'typeof',
  'in',
  'of',
  'new',
  'delete',
  'void',
  'instanceof',
  'case',
  'yield',
  'await',
]);

/** Takes a text of JavaScript apart, one token after the other, as far as the caller wants it. O(what is taken). */
export function* tokensOf(source: string): Generator<Token, void> {
  let at = 0;
  let last: Token = { kind: 'sign', text: '' };
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (take(SPACE) !== null || at < source.length) {
    if (at >= source.length) return;
    last = nextToken(source, at, { take, last, jump: (to) => (at = to) });
    yield last;
  }
}

interface Reading {
  readonly take: (pattern: RegExp) => RegExpExecArray | null;
  readonly last: Token;
  readonly jump: (to: number) => void;
}

function nextToken(source: string, at: number, { take, last, jump }: Reading): Token {
  const word = take(WORD);
  if (word !== null) return { kind: 'word', text: word[0] };
  const quoted = take(QUOTED);
  if (quoted !== null) return { kind: 'text', text: quoted[2] ?? '' };
  if (source[at] === '`') {
    jump(endOfTemplate(source, at));
    return { kind: 'text', text: '' };
  }
  if (source[at] === '/' && beginsValue(last) && take(REGEXP) !== null) return { kind: 'text', text: '' };
  return { kind: 'sign', text: take(SIGN)?.[0] ?? '' };
}

/** Whether what follows a token is a value, so that a slash cannot divide. */
function beginsValue({ kind, text }: Token): boolean {
  if (kind === 'word') return BEFORE_VALUE.has(text);
  return kind === 'sign' && text !== ')' && text !== ']' && text !== '}';
}

/** The position after a template that begins at `start`; templates in its placeholders are skipped, too. */
function endOfTemplate(source: string, start: number): number {
  // Each entry is a template that is open, with the braces that are open in its current placeholder; -1 outside of one.
  const open = [-1];
  for (let at = start + 1; at < source.length; at += 1) {
    const character = source[at];
    const braces = open[open.length - 1] ?? -1;
    if (character === '\\') at += 1;
    else if (character === '`') {
      if (braces >= 0) open.push(-1);
      else if (open.length === 1) return at + 1;
      else open.pop();
    } else if (braces < 0 && character === '$' && source[at + 1] === '{') {
      open[open.length - 1] = 0;
      at += 1;
    } else if (braces >= 0 && character === '{') open[open.length - 1] = braces + 1;
    else if (braces >= 0 && character === '}') open[open.length - 1] = braces - 1;
    else if (braces >= 0 && (character === '"' || character === "'")) {
      QUOTED.lastIndex = at;
      if (QUOTED.exec(source) !== null) at = QUOTED.lastIndex - 1;
    }
  }
  return source.length;
}

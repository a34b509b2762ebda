/**
 * Code blocks of the documentation, as programs that check themselves.
 *
 * The convention, for README.md, docs/ and the docstrings of src/:
 *
 * - Every block fenced as `ts` or `js` is run; a `ts` block is type-checked first. `import … from 'lazydag'` is the build.
 * - Each block is a program of its own. A block fenced as `ts continued` goes on where the block before it ended.
 * - `ts legacy` compiles with `experimentalDecorators` and `emitDecoratorMetadata` instead of standard decorators.
 * - `ts no-run` is only type-checked; `js no-run` and blocks of other languages are left alone.
 * - `statement; // => value` is checked: the value of an expression, of the last variable that a declaration declares, or
 *   what `console.log` was given. The text after the arrow is a JavaScript expression that equals the value (`[1, 2]`,
 *   `'text'`, `new Set([1])`), or what Node prints for it (`Float64Array(2) [ 1, 2 ]`). Where it ends in `…`, what Node
 *   prints must begin with it.
 * - `statement; // throws DAG_CYCLE` is checked: the statement must throw an error with that `code`, or name without one.
 * - A comment of these two forms that belongs to no statement is an error: it would be a claim that nobody checks.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { root } from './paths.js';

/** A fenced block as it stands in its file. */
export interface DocBlock {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Line of the opening fence; the code begins on the next one. */
  readonly line: number;
  readonly language: 'ts' | 'js';
  readonly flags: readonly string[];
  readonly code: string;
  /** Text of the nearest heading above; empty in docstrings. */
  readonly heading: string;
}

/** One block, or a block with those that continue it. */
export interface DocProgram {
  readonly file: string;
  /** Line of the first opening fence. */
  readonly line: number;
  readonly language: 'ts' | 'js';
  readonly legacy: boolean;
  readonly run: boolean;
  /** The code at the line numbers that it has in its file, with checks in place of comments. */
  readonly code: string;
}

const FLAGS = ['continued', 'legacy', 'no-run'];
const CLAIM = /\/\/ (?:=>|throws) /g;

/** The `ts` and `js` blocks of a Markdown file, or of the docstrings of a source file. */
export function blocksOf(path: string): DocBlock[] {
  const file = relative(root, path);
  const docstrings = !path.endsWith('.md');
  const blocks: DocBlock[] = [];
  let heading = '';
  let open: { line: number; info: string; code: string[] } | undefined;
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((raw, index) => {
      const text = docstrings ? raw.replace(/^\s*\* ?/, '') : raw;
      const inComment = !docstrings || /^\s*\*/.test(raw);
      const fence = inComment ? /^\s*```(.*)$/.exec(text) : null;
      if (open !== undefined && fence === null) {
        open.code.push(text);
      } else if (open !== undefined) {
        const block = blockOf({ file, heading, ...open });
        if (block !== undefined) blocks.push(block);
        open = undefined;
      } else if (fence !== null) {
        open = { line: index + 1, info: (fence[1] ?? '').trim(), code: [] };
      } else if (!docstrings && text.startsWith('#')) {
        heading = text.replace(/^#+\s*/, '');
      }
    });
  return blocks;
}

function blockOf(fenced: {
  file: string;
  line: number;
  info: string;
  code: string[];
  heading: string;
}): DocBlock | undefined {
  const { file, line, heading } = fenced;
  const [language = '', ...flags] = fenced.info.split(/\s+/);
  if (language !== 'ts' && language !== 'js') return undefined;
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) throw new Error(`${file}:${line}: flag ${unknown}, expected one of ${FLAGS.join(', ')}`);
  return { file, line, heading, language, flags, code: fenced.code.join('\n') };
}

/** The programs that a file's blocks make, with their comments turned into checks. */
export function programsOf(path: string): DocProgram[] {
  const programs: DocProgram[] = [];
  for (const block of blocksOf(path)) {
    const code = withChecks(block);
    const before = programs.at(-1);
    if (block.flags.includes('continued')) {
      if (before === undefined) throw new Error(`${block.file}:${block.line}: continues no block`);
      programs[programs.length - 1] = { ...before, code: atLine(before.code, block.line, code) };
    } else {
      programs.push({
        file: block.file,
        line: block.line,
        language: block.language,
        legacy: block.flags.includes('legacy'),
        run: !block.flags.includes('no-run'),
        code: atLine('', block.line, code),
      });
    }
  }
  return programs.filter((program) => program.run || program.language === 'ts');
}

/** `code` below `above`, pushed down so that it begins on the line after `line`. */
function atLine(above: string, line: number, code: string): string {
  const used = above.split('\n').length - 1;
  return `${above}${'\n'.repeat(line - used)}${code}`;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The code with each claim turned into a check on the same line. */
function withChecks(block: DocBlock): string {
  const { code } = block;
  const source = ts.createSourceFile(`block.${block.language}`, code, ts.ScriptTarget.ES2022, true);
  const edits: Edit[] = [];
  let checked = 0;

  const visit = (statement: ts.Node): void => {
    ts.forEachChild(statement, visit);
    if (!ts.isExpressionStatement(statement) && !ts.isVariableStatement(statement)) return;
    const comment = ts.getTrailingCommentRanges(code, statement.end)?.[0];
    const claim = comment === undefined ? null : /^\/\/ (=>|throws) (.*)$/.exec(code.slice(comment.pos, comment.end));
    if (claim === null) return;
    checked += 1;
    const line = block.line + 1 + source.getLineAndCharacterOfPosition(statement.end).line;
    const claimed = `${JSON.stringify((claim[2] ?? '').trim())}, ${line}`;
    edits.push(...(claim[1] === 'throws' ? throwsEdits : equalsEdits)(statement, source, claimed));
  };
  visit(source);

  const claims = code.match(CLAIM)?.length ?? 0;
  if (claims !== checked) {
    throw new Error(
      `${block.file}:${block.line}: ${claims} claims, but ${checked} of them follow a statement on its line`,
    );
  }
  return applyEdits(code, edits);
}

function throwsEdits(statement: ts.Statement, source: ts.SourceFile, claimed: string): Edit[] {
  const start = statement.getStart(source);
  const { end } = statement;
  return [
    { from: start, to: start, text: 'try { ' },
    { from: end, to: end, text: ` __doc.missed(${claimed}); } catch (thrown) { __doc.threw(thrown, ${claimed}); }` },
  ];
}

function equalsEdits(
  statement: ts.ExpressionStatement | ts.VariableStatement,
  source: ts.SourceFile,
  claimed: string,
): Edit[] {
  const { end } = statement;
  if (ts.isVariableStatement(statement)) {
    // The text of a pattern such as `[a, b]` is also the expression that rebuilds what it took apart.
    const name = statement.declarationList.declarations.at(-1)?.name.getText(source) ?? '';
    return [{ from: end, to: end, text: ` __doc.equals(${name}, ${claimed});` }];
  }
  const value = loggedOf(statement.expression, source) ?? statement.expression;
  return [
    { from: statement.getStart(source), to: value.getStart(source), text: '__doc.equals(' },
    { from: value.end, to: end, text: `, ${claimed});` },
  ];
}

/** What a call of console.log with one argument is given. */
function loggedOf(expression: ts.Expression, source: ts.SourceFile): ts.Expression | undefined {
  if (!ts.isCallExpression(expression) || expression.arguments.length !== 1) return undefined;
  return expression.expression.getText(source) === 'console.log' ? expression.arguments[0] : undefined;
}

function applyEdits(code: string, edits: readonly Edit[]): string {
  let done = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    done += code.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return done + code.slice(at);
}

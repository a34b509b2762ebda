import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { blocksOf, programsOf } from '../support/doc-blocks.js';
import { compilePrograms } from '../support/doc-compiler.js';
import { runPrograms } from '../support/doc-programs.js';
import { scratch } from '../support/paths.js';

const folder = join(scratch, 'doc-programs');

/** Writes a Markdown file; `~~~` stands for a fence. */
function page(name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.md`);
  writeFileSync(path, text.replaceAll('~~~', '```'));
  return path;
}

/** What is wrong with a page, each as `line: text`. */
async function problemsOf(name: string, text: string): Promise<string[]> {
  const programs = programsOf(page(name, text));
  const compiled = join(folder, name);
  const objections = compilePrograms(programs, compiled);
  const problems = objections.length > 0 ? objections : await runPrograms(programs, compiled);
  return problems.map((problem) => problem.replace(/^.*?\.md:/, ''));
}

describe('blocks', () => {
  test('are those of ts and js, with line, flags and heading', () => {
    const path = page(
      'blocks',
      '# One\n\n~~~ts no-run\nconst a = 1;\n~~~\n\n~~~sh\nls\n~~~\n\n## Two\n\n~~~js\n1 + 1;\n~~~\n',
    );
    expect(blocksOf(path)).toMatchObject([
      { line: 3, language: 'ts', flags: ['no-run'], heading: 'One', code: 'const a = 1;' },
      { line: 13, language: 'js', flags: [], heading: 'Two', code: '1 + 1;' },
    ]);
  });

  test('are found in docstrings', () => {
    const path = join(folder, 'source.ts');
    page('folder', '');
    writeFileSync(
      path,
      '/**\n * Adds.\n *\n * ```ts\n * const sum = 1 + 1; // => 2\n * ```\n */\nexport const add = `\n```ts\n`;\n',
    );
    expect(blocksOf(path)).toMatchObject([{ line: 4, code: 'const sum = 1 + 1; // => 2' }]);
  });

  test('with an unknown flag are refused', () => {
    expect(() => programsOf(page('flag', '~~~ts skip\n~~~\n'))).toThrow('flag skip, expected one of');
  });
});

describe('claims', () => {
  test('that hold are no problem', async () => {
    const text = `
~~~ts
const double = async (x: number): Promise<number> => 2 * x;
await double(2); // => 4
console.log([await double(1), 'two']); // => [2, 'two']
const [first, second] = [1, 2]; // => [1, 2]
const list = [first, second]
  .map((x) => x + 1); // => [2, 3]
new Float64Array(2); // => Float64Array(2) [ 0, 0 ]
console.log('plain text'); // => plain text
1 / 3; // => 0.333…
for (const x of list) {
  x > 1; // => true
}
JSON.parse('{'); // throws SyntaxError
~~~

~~~ts continued
list.length; // => 2
~~~

~~~js
const untyped = (x) => x.y;
untyped({ y: undefined }); // => undefined
await import('node:missing'); // throws ERR_UNKNOWN_BUILTIN_MODULE
~~~

~~~ts legacy
const log: string[] = [];
function record(target: object, key: string): void {
  log.push(typeof target, key);
}
class Subject {
  @record
  static method(): void {}
}
log; // => ['function', 'method']
~~~
`;
    expect(await problemsOf('holds', text)).toEqual([]);
  });

  test('that do not hold are named with their line', async () => {
    const text = `
~~~ts
1 + 1; // => 3
console.log('a'); // => 'b'
JSON.parse('{}'); // throws SyntaxError
JSON.parse('{'); // throws DAG_CYCLE
~~~

~~~ts
throw new Error('on its own');
~~~
`;
    expect(await problemsOf('broken', text)).toEqual([
      '3: claims 3, got 2',
      "4: claims 'b', got 'a'",
      '5: claims to throw SyntaxError, threw nothing',
      expect.stringContaining('6: claims to throw DAG_CYCLE, threw SyntaxError'),
      expect.stringContaining('Error: on its own'),
    ]);
  });

  test('that belong to no statement are refused', () => {
    expect(() => programsOf(page('lost', '~~~ts\nconst a = [\n  1, // => 1\n];\n~~~\n'))).toThrow('1 claims, but 0');
  });

  test('in code that does not compile are objected to with their line, even where it is not run', async () => {
    expect(await problemsOf('types', '~~~ts no-run\nconst text: string = 1;\n~~~\n')).toEqual([
      "2: TS2322: Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

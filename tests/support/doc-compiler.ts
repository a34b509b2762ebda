import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import type { DocProgram } from './doc-blocks.js';
import { root, scratch } from './paths.js';

/** What the checks in the code of a program call; `doc-runner.mjs` has the bodies. */
const DECLARATIONS = `declare const __doc: {
  equals(value: unknown, claim: string, line: number): void;
  missed(claim: string, line: number): void;
  threw(thrown: unknown, claim: string, line: number): void;
};
`;

/** Where the compiled form of a program lies. */
export function compiledPath(program: DocProgram, folder: string): string {
  return join(folder, 'compiled', `${slug(program)}.js`);
}

/**
 * Compiles programs into `folder`, all of one dialect in one go. Returns what the compiler objects to, as `file:line: text`.
 * The folder is emptied; inside the repository, `lazydag` is found there by its own name.
 */
export function compilePrograms(programs: readonly DocProgram[], folder: string): string[] {
  rmSync(folder, { recursive: true, force: true });
  write(declarationPath(folder), DECLARATIONS);
  for (const program of programs) {
    write(program.language === 'js' ? compiledPath(program, folder) : sourcePath(program, folder), program.code);
  }
  const typed = programs.filter((program) => program.language === 'ts');
  const dialects = [typed.filter((program) => !program.legacy), typed.filter((program) => program.legacy)];
  return dialects.flatMap((dialect) => (dialect.length === 0 ? [] : compile(dialect, folder)));
}

function compile(programs: readonly DocProgram[], folder: string): string[] {
  const byPath = new Map(programs.map((program) => [sourcePath(program, folder), program]));
  const legacy = programs.some((program) => program.legacy);
  const config = legacy ? 'tests/decorators/legacy/tsconfig.json' : 'tsconfig.json';
  const options: ts.CompilerOptions = {
    ...readOptions(join(root, config)),
    noEmit: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    rootDir: join(folder, 'source'),
    outDir: join(folder, 'compiled'),
    inlineSourceMap: true,
  };
  const program = ts.createProgram([...byPath.keys(), declarationPath(folder)], options, hostFor(options));
  const emitted = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics].map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n  ');
    const source = diagnostic.file;
    if (source === undefined) return text;
    const { line } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    const file = byPath.get(source.fileName)?.file ?? relative(root, source.fileName);
    return `${file}:${line + 1}: TS${diagnostic.code}: ${text}`;
  });
}

/** Declarations that were parsed, by path and kind of module: all programs have those of Node.js and of the library in common. */
const declarations = new Map<string, ts.SourceFile | undefined>();

/** The compiler's own host, but that it parses declarations of others once. The dialects of decorators read them alike. */
function hostFor(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const getSourceFile: ts.CompilerHost['getSourceFile'] = (path, version, ...others) => {
    if (!path.endsWith('.d.ts') || path.startsWith(scratch)) return host.getSourceFile(path, version, ...others);
    const key = `${path} ${typeof version === 'object' ? String(version.impliedNodeFormat) : ''}`;
    if (!declarations.has(key)) declarations.set(key, host.getSourceFile(path, version, ...others));
    return declarations.get(key);
  };
  return { ...host, getSourceFile };
}

function readOptions(path: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path)).options;
}

function sourcePath(program: DocProgram, folder: string): string {
  return join(folder, 'source', `${slug(program)}.ts`);
}

function declarationPath(folder: string): string {
  return join(folder, 'source', 'doc.d.ts');
}

/** A file name that tells where the program comes from. */
function slug(program: DocProgram): string {
  return `${program.file.replaceAll(/[^\w-]+/g, '-')}-line-${program.line}`;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

import { extname } from 'node:path';
import type { ImportKind } from './exports-map.js';

/** One module that another asks for. */
export interface ImportedModule {
  readonly specifier: string;
  readonly kind: ImportKind;
}

/** What of es-module-lexer is used. */
export type ParseImports = (source: string) => readonly [
  imports: readonly {
    readonly type: string;
    readonly specifier: string | undefined | null;
    readonly typeOnly?: boolean;
    readonly glob?: boolean;
    readonly start: number;
    readonly end: number;
  }[],
  ...rest: unknown[],
];

/** Files that import others; '' are programs without an extension. */
const CODE = new Set(['', '.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx']);
const REQUIRED = /\brequire\s*\(\s*(['"`])([^'"`\n]+?)\1\s*\)/gu;
const SCANNED: readonly RegExp[] = [
  /\b(?:import|export)\b[^'"`;()]*?\bfrom\s*(['"])([^'"\n]+?)\1/gu,
  /\bimport\s*(['"])([^'"\n]+?)\1/gu,
  /\bimport\s*\(\s*(['"`])([^'"`\n]+?)\1/gu,
];

/** Whether a file is code, which may import others. */
export function isCode(path: string): boolean {
  return CODE.has(extname(path));
}

/**
 * The modules that a source asks for by literals: imports, re-exports, dynamic imports and `require()`. Imports of types
 * alone are left out. What is found in excess, say in a comment, only makes keys change more often.
 */
export function importsOf(source: string, parse: ParseImports): readonly ImportedModule[] {
  const required = matches(source, REQUIRED).map((specifier) => ({ specifier, kind: 'require' }) as const);
  return [...importedBy(source, parse).map((specifier) => ({ specifier, kind: 'import' }) as const), ...required];
}

function importedBy(source: string, parse: ParseImports): string[] {
  try {
    const [imports] = parse(source);
    return imports.flatMap(({ specifier, typeOnly, glob, start, end }) => {
      if (typeof specifier !== 'string' || typeOnly === true) return [];
      // A template without placeholders is a literal, too.
      return glob === true && source.slice(start, end).includes('${') ? [] : [specifier];
    });
  } catch {
    return SCANNED.flatMap((pattern) => matches(source, pattern)); // JSX, or TypeScript that is not just erased
  }
}

function matches(source: string, pattern: RegExp): string[] {
  return Array.from(source.matchAll(pattern), ([, , specifier = '']) => specifier).filter(
    (specifier) => !specifier.includes('${'),
  );
}

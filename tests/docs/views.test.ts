import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { root } from '../support/paths.js';

const rows = readFileSync(join(root, 'docs', 'views.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? []);

/** The members of an interface, as its source declares them. */
function membersOf(file: string, name: string): string[] {
  const path = join(root, 'src', file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  const declared = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (declared === undefined || !ts.isInterfaceDeclaration(declared)) throw new Error(`${file} declares no ${name}`);
  return declared.members.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : []));
}

test.each([
  ['graph/graph-attributes.ts', 'GraphNodeAttributes'],
  ['graph/graph-attributes.ts', 'GraphEdgeAttributes'],
  ['graph/graphology.ts', 'GraphologyOptions'],
  ['graph/options.ts', 'NodeStyle'],
  ['view/options.ts', 'ViewOptions'],
])('docs/views.md has a table row for every member that %s gives %s', (file, name) => {
  const members = membersOf(file, name);
  expect(members.length).toBeGreaterThan(1);
  expect(members.filter((member) => !rows.includes(member))).toEqual([]);
});

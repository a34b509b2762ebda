import { DagError } from '../../errors.js';
import { initialOf } from '../context/input.js';
import type { ComponentRef } from '../wiring/component-ref.js';
import type { Edge } from '../wiring/edge.js';
import { problemOf } from '../wiring/inputs.js';
import { checkLoops } from '../wiring/loops.js';
import { traitsOf, type Member } from './member.js';

/** What is checked before anything of it is connected. */
export interface Checked {
  readonly members: ReadonlyMap<ComponentRef, Member>;
  /** The names of all contexts. */
  readonly contexts: readonly { readonly name: string }[];
  /** The connections that there are. */
  readonly edges: readonly Edge[];
  /** Those that are to be made. */
  readonly news: readonly Edge[];
  /** Refuses components of which something is not connected yet. */
  readonly whole: boolean;
}

/** Checks that components go together as they are to be connected. @throws DAG_LAYOUT, DAG_OPTION */
export function checkWiring({ members, contexts, edges: present, news, whole }: Checked): void {
  const edges = [...present, ...news];
  const traits = traitsOf(members);
  for (const { from, to } of news) {
    for (const ref of [from, to]) {
      if (members.get(ref)?.leaving === false) continue;
      throw new DagError('DAG_LAYOUT', { message: `${ref.name} is not part of this layout.` });
    }
  }
  checkNames('components', [...traits.keys()]);
  checkNames('contexts', contexts);
  for (const ref of traits.keys()) {
    const problem = problemOf(ref, { traits, edges });
    if (problem !== undefined && (whole || !problem.incomplete)) throw problem.error;
  }
  checkLoops(edges);
  for (const edge of news) {
    const output = traits.get(edge.from)?.output;
    if (output !== undefined && 'initial' in edge.options) initialOf(output, edge.options.initial);
  }
}

/** @throws DAG_LAYOUT for a name that is there twice: errors and figures could not tell which is meant. */
function checkNames(what: string, named: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of named) {
    if (names.has(name)) throw new DagError('DAG_LAYOUT', { message: `Two ${what} have the name \`${name}\`.` });
    names.add(name);
  }
}

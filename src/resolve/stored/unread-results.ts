import { DagError, describeThrown } from '../../errors.js';
import type { Future } from '../../graph/future.js';
import type { NodeIdentity } from '../../graph/spec.js';

/** Names of nodes that one warning shows. */
const SHOWN = 5;

/** Nodes of which was told that this program lacks what their results need; more is found to be damaged each time. */
const told = new WeakMap<NodeIdentity, Set<string>>();

/** Says of stored results that cannot be read, and are computed anew: of all that are found in one turn at once. */
export class UnreadResults {
  #count = 0;
  #first = '';
  #code = '';
  readonly #names = new Set<string>();

  add({ _spec: { identity } }: Future, error: unknown): void {
    const code = error instanceof DagError ? error.code : 'DAG_STORE_CORRUPT';
    if (code !== 'DAG_STORE_CORRUPT' && wasTold(identity, code)) return;
    this.#count += 1;
    this.#names.add(identity.name);
    if (this.#count > 1) return;
    this.#first = describeThrown(error);
    this.#code = code;
    setImmediate(() => {
      this.#say();
    });
  }

  #say(): void {
    const [name = ''] = this.#names;
    const text =
      this.#count === 1
        ? `A stored result of ${name} could not be read and is computed anew: ${this.#first}`
        : `${this.#count} stored results (of ${this.#shownNames()}) could not be read and are computed anew. The first: ${this.#first}`;
    this.#count = 0;
    this.#names.clear();
    process.emitWarning(text, { type: 'DagWarning', code: this.#code });
  }

  #shownNames(): string {
    const names = [...this.#names];
    return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')}, …` : names.join(', ');
  }
}

/** Whether it was told before; from now on it was. */
function wasTold(identity: NodeIdentity, code: string): boolean {
  const codes = told.get(identity) ?? new Set<string>();
  if (codes.has(code)) return true;
  told.set(identity, codes.add(code));
  return false;
}

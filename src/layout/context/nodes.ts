import { node } from '../../graph/node.js';
import { currentScope } from '../../graph/scope.js';
import { DagError } from '../../errors.js';
import { portableThrown } from '../../memory/payload/thrown.js';
import { ContextHost, type ContextParts } from './host.js';
import type { Question } from './messages.js';

/** The contexts of this thread, by the names that their layouts gave them. */
const hosts = new Map<string, ContextHost>();

const OPTIONS = { module: import.meta.url, executor: 'pool' } as const;

/** What a context gives back: what was thrown may be anything, and is carried as a value. */
export interface Answer {
  readonly value?: unknown;
  readonly thrown?: { readonly value: unknown };
}

/** Runs a context on this thread until it is closed. */
export const runContext = node(
  async (id: string, parts: ContextParts): Promise<void> => {
    const host = new ContextHost(parts);
    hosts.set(id, host);
    try {
      await host.run(currentScope.getStore()?.parent);
    } finally {
      hosts.delete(id);
    }
  },
  { ...OPTIONS, name: 'lazydag.runContext' },
);

/** Asks a context of this thread for something. */
export const askContext = node(
  async (id: string, question: Question): Promise<Answer> => {
    const host = hosts.get(id);
    if (host === undefined) {
      return { thrown: { value: new DagError('DAG_LAYOUT_OVER', { message: 'The context has ended.' }) } };
    }
    try {
      return { value: await host.take(question) };
    } catch (error) {
      return { thrown: { value: portableThrown(error) } };
    }
  },
  { ...OPTIONS, name: 'lazydag.askContext' },
);

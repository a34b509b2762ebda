import { describeFailure } from './failure.js';
import type { Message, Outcome, TaskName, Tasks } from './protocol.js';

type Handlers = {
  readonly [Name in TaskName]: (request: Tasks[Name]['request']) => Promise<Tasks[Name]['response']>;
};

// Each task's module is loaded only when asked for, so that one benchmark's code is not in another's heap.
const handlers: Handlers = {
  interleaved: async (request) => (await import('./interleaved.js')).measureInterleaved(request),
  fresh: async (request) => (await import('./fresh.js')).measureFresh(request),
  heap: async (request) => (await import('./heap.js')).measureHeap(request),
  live: async (request) => (await import('./live.js')).countLiveValues(request),
  plan: async (request) => (await import('./plan.js')).planGraphs(request),
  memory: async (request) => (await import('./memory.js')).measureMemory(request),
  demo: async (request) => (await import('./demo.js')).runDemo(request),
};

function perform<Name extends TaskName>(name: Name, request: Tasks[Name]['request']): Promise<Tasks[Name]['response']> {
  return handlers[name](request);
}

/** Carries one request out; a failure becomes an answer. */
async function answer(message: Message): Promise<Outcome<unknown>> {
  try {
    return { ok: true, value: await perform(message.task, message.request) };
  } catch (error) {
    return { ok: false, reason: describeFailure(error) };
  }
}

process.once('message', (message: Message) => {
  void answer(message).then((outcome) => {
    // Leaving at once keeps timers and handles of a contender from holding the process open.
    process.send?.(outcome, () => process.exit(0));
  });
});

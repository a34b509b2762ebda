import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeTurns } from '../streams/measurement.js';
import type { Answer, Question } from './asking-protocol.js';
import type { Group, PartOptions } from './part.js';

const PROCESSES = 8;
/** Milliseconds that the body takes. */
const LENGTH = 300;

/** Processes that ask for one key at the same time, none of which knows of the others. */
export async function processes({ rounds, sizes, folder }: PartOptions): Promise<Group[]> {
  const length = sizes?.[0] ?? LENGTH;
  const children = Array.from({ length: PROCESSES }, () =>
    fork(fileURLToPath(new URL('./asking-process.js', import.meta.url)), [join(folder, 'asked')]),
  );
  try {
    await Promise.all(children.map(nextAnswer));
    const bodies: number[] = [];
    let seed = 0;
    const ask = async (asking: readonly ChildProcess[]): Promise<{ took: number; ran: number }> => {
      const question: Question = { seed: seed++, length };
      const started = performance.now();
      const answers = await Promise.all(
        asking.map((child) => {
          child.send(question);
          return nextAnswer(child);
        }),
      );
      return { took: performance.now() - started, ran: answers.filter(({ ran }) => ran).length };
    };
    const measured = await takeTurns(
      {
        'one process': async () => (await ask(children.slice(0, 1))).took / length,
        [`${PROCESSES} processes`]: async () => {
          const { took, ran } = await ask(children);
          bodies.push(ran);
          return took / length;
        },
      },
      rounds,
    );
    return [
      { name: `time until all have what a body of ${length} ms gives`, unit: '× body', measured },
      {
        name: 'how often it ran',
        unit: 'times',
        measured: [{ contender: `${PROCESSES} processes`, figures: bodies }],
      },
    ];
  } finally {
    for (const child of children) child.disconnect();
    await Promise.all(children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit')));
  }
}

function nextAnswer(child: ChildProcess): Promise<Answer> {
  return new Promise((answered, failed) => {
    const ended = (): void => {
      failed(new Error('a process that was asked ended'));
    };
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      answered(answer as Answer); // nothing else is sent
    });
  });
}

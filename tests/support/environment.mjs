import { TestEnvironment } from 'jest-environment-node';

/** The counters of each source that some test file of this process has raised, by its path and the hash of its counters. */
const told = new Map();

/**
 * Node, telling of coverage only what no test file before it in the same process has told: to copy, to send and to add up
 * the same counters of all sources after each of two hundred files takes as long as many of the tests. What is covered
 * comes out the same; how often it ran does not.
 */
export default class CoverageEnvironment extends TestEnvironment {
  handleTestEvent({ name }) {
    if (name !== 'run_finish') return;
    const coverage = this.global.__coverage__;
    if (coverage === undefined) return;
    this.global.__coverage__ = Object.fromEntries(Object.entries(coverage).filter(([, source]) => tellsMore(source)));
  }
}

/** Whether a counter was raised here for the first time; from then on it is known to be. */
function tellsMore(source) {
  const name = `${source.hash} ${source.path}`;
  const known = told.get(name) ?? new Set();
  told.set(name, known);
  const before = known.size;
  for (const kind of ['s', 'f', 'b']) {
    for (const [key, counts] of Object.entries(source[kind])) {
      [counts].flat().forEach((count, at) => {
        if (count > 0) known.add(`${kind} ${key} ${at}`);
      });
    }
  }
  return known.size > before;
}

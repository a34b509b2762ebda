import Sequencer from '@jest/test-sequencer';

/**
 * What begins, where nobody knows yet how long tests take: long ones that wait for processes they start, so that none of
 * them is what everything waits for in the end, beside tests that load all of the sources. Two workers that begin with
 * tests of the same sources both compile them, as neither finds them in the cache yet.
 */
const FIRST = [
  'tests/bench/bench.test.ts',
  'tests/layout/live.test.ts',
  'tests/stream/pipeline/pressure.test.ts',
  'tests/store/disk-store.test.ts',
  'tests/executor/pool/conformance.test.ts',
  'tests/types/types.test.ts',
  'tests/resolve/garbage.test.ts',
  'tests/package/install.test.ts',
  'tests/examples/pool.test.ts',
  'tests/examples/examples.test.ts',
  'tests/docs/docs.test.ts',
  'tests/resolve/expansion.test.ts',
];

/** Jest's own order, by the times of the run before or else by size, but for what begins. */
export default class FirstSequencer extends Sequencer {
  /** @param {{ path: string }[]} tests */
  sort(tests) {
    const rank = ({ path }) => {
      const at = FIRST.findIndex((name) => path.replaceAll('\\', '/').endsWith(`/${name}`));
      return at === -1 ? FIRST.length : at;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
}

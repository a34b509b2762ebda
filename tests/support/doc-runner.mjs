// Runs compiled programs of the documentation one after the other: node doc-runner.mjs FILE…
// The last line it prints is a JSON array of the claims that do not hold and of the programs that threw.
import { inspect, isDeepStrictEqual } from 'node:util';

const failures = [];

globalThis.__doc = {
  equals(value, claim, line) {
    if (!holds(value, claim)) failures.push({ line, problem: `claims ${claim}, got ${print(value)}` });
  },
  missed(claim, line) {
    failures.push({ line, problem: `claims to throw ${claim}, threw nothing` });
  },
  threw(thrown, claim, line) {
    const code = thrown?.code ?? thrown?.name;
    if (code !== claim) failures.push({ line, problem: `claims to throw ${claim}, threw ${print(thrown)}` });
  },
};

function holds(value, claim) {
  const printed = typeof value === 'string' ? [value, print(value)] : [print(value)];
  if (claim.endsWith('…')) return printed.some((text) => text.startsWith(claim.slice(0, -1).trimEnd()));
  if (printed.includes(claim)) return true;
  try {
    return isDeepStrictEqual(value, (0, eval)(`(${claim})`));
  } catch {
    return false; // The claim is no expression, so it had to be what Node prints.
  }
}

function print(value) {
  return inspect(value, { breakLength: Infinity, depth: 6 });
}

for (const path of process.argv.slice(2)) {
  try {
    await import(path);
  } catch (error) {
    failures.push({ problem: `${path} threw ${print(error)}` });
  }
}
process.stdout.write(`\n${JSON.stringify(failures)}\n`, () => {
  // A program may have left a timer or a pool behind; the documentation shows them without their ends.
  process.exit(0);
});

// Times `await import(…)` of the specifiers in `process.argv`, in order, in a process that has loaded nothing else.
const started = performance.now();
for (const specifier of process.argv.slice(2)) await import(specifier);
console.log(performance.now() - started);

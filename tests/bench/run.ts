import { runBenchmarks } from './runner.js';

await runBenchmarks(process.argv.slice(2));

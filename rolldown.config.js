import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// Each entry point becomes one file, plus chunks for what they share: importing sixty small files instead would take
// twice the time. Chunks lie next to index.js, so `new URL('.', import.meta.url)` is dist/ in all of them.
const entries = Object.values(exports)
  .map((target) => /^\.\/dist\/(.+)\.js$/.exec(target.default ?? '')?.[1])
  .filter((name) => name !== undefined);

/** Bundles the JavaScript; tsc writes the types. @type {import('rolldown').RolldownOptions} */
export default {
  input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
  external: /^[^./]/,
  platform: 'node',
  // `sideEffects` in package.json names files of dist/. Read as a list of sources it would drop those that are imported
  // for their effect only; `true` instead of a function does not overrule it.
  treeshake: { moduleSideEffects: () => true },
  transform: { target: 'node20.19' },
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    sourcemapExcludeSources: true,
    // What is said of the exports stands in the types; to read it at every import costs time.
    comments: { legal: true, annotation: true, jsdoc: false },
    chunkFileNames: '[name]-[hash].js',
  },
};

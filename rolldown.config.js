import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// Each entry point becomes one file, plus one for what they share: importing sixty small files instead would take twice the
// time. It lies next to index.js, so that `new URL('.', import.meta.url)` is dist/ there, too.
const entries = Object.values(exports)
  .map((target) => /^\.\/dist\/(.+)\.js$/.exec(target.default ?? '')?.[1])
  .filter((name) => name !== undefined);

/** Whether a module is part of what all entry points share; what only threads of a pool need is loaded there. */
function isCore(id) {
  if (id.includes('rolldown/runtime')) return true;
  const core = /[\\/]src[\\/](errors|graph|schedule|memory|executor|resolve|store[\\/]key-book)\b/.test(id);
  return core && !/[\\/]pool[\\/]worker[\\/](?!start)|[\\/]memory[\\/]struct[\\/]/.test(id);
}

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
    codeSplitting: { groups: [{ name: 'core', test: isCore }] },
    chunkFileNames: '[name]-[hash].js',
  },
};

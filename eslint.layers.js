// The layers of src/ as an ESLint rule: which folder may import which, static, dynamic and type imports alike.
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = join(dirname(fileURLToPath(import.meta.url)), 'src');

const foundations = ['errors', 'graph', 'schedule', 'memory'];
const core = [...foundations, 'store', 'executor', 'resolve'];

/** What each layer may import besides itself. `index` is the main entry point, which stays light. */
export const layers = {
  errors: [],
  graph: ['errors'],
  schedule: ['errors', 'graph'],
  memory: ['errors', 'graph', 'schedule'],
  store: foundations,
  executor: foundations,
  resolve: [...foundations, 'store', 'executor'],
  stream: core,
  layout: [...core, 'stream'],
  view: ['errors', 'graph'],
  bullmq: [...core, 'stream', 'layout'],
  cli: [...core, 'stream', 'layout', 'view', 'bullmq'],
  index: core,
};

/** The layer of an absolute path in src/ (`src/graph/node.ts` is in graph, `src/errors.ts` in errors), else undefined. */
function layerOf(path) {
  const inside = relative(src, path);
  if (inside.startsWith('..')) return undefined;
  return inside.split(sep)[0]?.replace(/\.[cm]?[jt]s$/, '');
}

/** Why `specifier` may not be imported from `filename`, or undefined when it may. */
function objection(filename, specifier) {
  const from = layerOf(filename);
  if (from === undefined) return undefined;
  const allowed = layers[from];
  if (allowed === undefined) return `${from} is no layer: give it a place in eslint.layers.js.`;
  if (/^lazydag(\/|$)/.test(specifier))
    return `src/ must not import ${specifier} by its package name. Import the file.`;
  if (specifier === 'reflect-metadata' && !/[\\/]graph[\\/]reflect[^\\/]*\.ts$/.test(filename)) {
    return 'only graph/reflect* may import reflect-metadata. Import what it exports.';
  }
  if (!specifier.startsWith('.')) {
    return from === 'schedule'
      ? `schedule must stay pure and must not import ${specifier}. Pass in what it needs.`
      : undefined;
  }
  const to = layerOf(resolve(dirname(filename), specifier));
  if (to === undefined || to === from || allowed.includes(to)) return undefined;
  return `${from} must not import ${to}. It may import: ${allowed.join(', ') || 'nothing'}.`;
}

/** ESLint plugin with the one rule `layers`. */
export const layersPlugin = {
  rules: {
    layers: {
      meta: { type: 'problem', schema: [], messages: { layer: '{{ objection }}' } },
      create(context) {
        const check = (node, source) => {
          if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
          const found = objection(context.filename, source.value);
          if (found !== undefined) context.report({ node, messageId: 'layer', data: { objection: found } });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source),
          ExportNamedDeclaration: (node) => check(node, node.source),
          ExportAllDeclaration: (node) => check(node, node.source),
          ImportExpression: (node) => check(node, node.source),
          TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
        };
      },
    },
  },
};

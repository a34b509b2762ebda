import tsJest from 'ts-jest';

// A CommonJS package with a default export: seen from here, that is one level deeper.
const { createTransformer } = tsJest.default;

const LEGACY = /[\\/]tests[\\/]decorators[\\/]legacy[\\/]/;

/**
 * Transpiles each file in its dialect of decorators. ts-jest keeps one tsconfig per configuration of jest, so files of the
 * legacy dialect have a copy of it; a jest project of their own would compile all of the sources a second time.
 */
export default {
  /** @param {{ standard: import('ts-jest').TsJestTransformerOptions, legacy: import('ts-jest').TsJestTransformerOptions }} dialects */
  createTransformer({ standard, legacy }) {
    const transformers = { standard: createTransformer(standard), legacy: createTransformer(legacy) };
    const copies = new WeakMap();
    const copyOf = (config) => {
      if (!copies.has(config)) copies.set(config, { ...config, id: `${config.id}-legacy` });
      return copies.get(config);
    };
    const inDialect = (method) => (text, path, options) =>
      LEGACY.test(path)
        ? transformers.legacy[method](text, path, { ...options, config: copyOf(options.config) })
        : transformers.standard[method](text, path, options);
    return {
      process: inDialect('process'),
      processAsync: inDialect('processAsync'),
      getCacheKey: inDialect('getCacheKey'),
      getCacheKeyAsync: inDialect('getCacheKeyAsync'),
    };
  },
};

/** The parts of comlink as modules: node would take the package's main entry for CommonJS. */
export const comlinkModules = {
  main: 'comlink/dist/esm/comlink.mjs',
  adapter: 'comlink/dist/esm/node-adapter.mjs',
} as const;

/** @jest-config-loader esbuild-register */
import type { JestConfigWithTsJest } from 'ts-jest';

const config: JestConfigWithTsJest = {
  testEnvironment: '<rootDir>/tests/support/environment.mjs',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.tmp/'],
  moduleNameMapper: {
    // Examples import the package by name; here that is the source, so that there is one copy and it counts as covered.
    '^lazydag$': '<rootDir>/src/index.ts',
    '^lazydag/(.*)$': '<rootDir>/src/$1/index.ts',
    // Sources import each other with the `.js` extension that the build will have.
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Both tsconfigs set isolatedModules, so files are only transpiled; tests/types type-checks everything in one program.
  transform: {
    '^.+\\.ts$': [
      '<rootDir>/tests/support/transformer.mjs',
      {
        standard: { useESM: true, tsconfig: '<rootDir>/tsconfig.json' },
        legacy: { useESM: true, tsconfig: '<rootDir>/tests/decorators/legacy/tsconfig.json' },
      },
    ],
  },
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  testSequencer: '<rootDir>/tests/support/sequencer.mjs',
  // Jest leaves a core to itself otherwise, and needs none.
  maxWorkers: '100%',
  // What test files leave behind is collected late, and to collect garbage takes as long as the heap is large, which many tests do.
  workerIdleMemoryLimit: '700MB',
  // For busy machines: a test that takes long waits for a process it started.
  testTimeout: 30_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text', 'text-summary', 'lcovonly'],
  coverageThreshold: { global: { lines: 95, branches: 90 } },
};

export default config;

/** @jest-config-loader esbuild-register */
import type { JestConfigWithTsJest } from 'ts-jest';

const legacy = '<rootDir>/tests/decorators/legacy';

/**
 * One project per dialect of decorators: ts-jest keeps one tsconfig per jest project, whatever its transform patterns say.
 * Both tsconfigs set isolatedModules, so files are only transpiled; tests/types type-checks everything in one program.
 */
function project(displayName: string, tsconfig: string): JestConfigWithTsJest {
  return {
    displayName,
    testEnvironment: '<rootDir>/tests/support/environment.mjs',
    extensionsToTreatAsEsm: ['.ts'],
    modulePathIgnorePatterns: ['<rootDir>/.tmp/'],
    moduleNameMapper: {
      // Examples import the package by name; here that is the source, so that there is one copy and it counts as covered.
      '^lazydag$': '<rootDir>/src/index.ts',
      '^lazydag/(.*)$': '<rootDir>/src/$1/index.ts',
      // Sources import each other with the `.js` extension that the build will have.
      '^(\\.{1,2}/.*)\\.js$': '$1',
    },
    transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig }] },
  };
}

const config: JestConfigWithTsJest = {
  projects: [
    {
      ...project('standard', '<rootDir>/tsconfig.json'),
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', legacy],
    },
    { ...project('legacy', `${legacy}/tsconfig.json`), testMatch: [`${legacy}/**/*.test.ts`] },
  ],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  testSequencer: '<rootDir>/tests/support/sequencer.mjs',
  // Jest leaves a core to itself otherwise, and needs none.
  maxWorkers: '100%',
  // For busy machines: a test that takes long waits for a process it started.
  testTimeout: 30_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text', 'text-summary', 'lcovonly'],
  coverageThreshold: { global: { lines: 95, branches: 90 } },
};

export default config;

import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { layersPlugin } from './eslint.layers.js';

const clocksAndPromises = [
  'Date',
  'performance',
  'Promise',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
];

export default defineConfig(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.tmp/',
      'docs/api/',
      '**/node_modules/',
      'tests/bench/.build/',
      'tests/bench/sketch.mjs',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { disallowTypeAnnotations: false, fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers and booleans print as everyone expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration[exported=null]', message: 'Export by name: readers search for names.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { lazydag: layersPlugin },
    rules: {
      'lazydag/layers': 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Export by name: readers search for names.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: readers search for names.' },
      ],
    },
  },
  {
    // The scheduler is a pure state machine: time and completion reach it as events.
    files: ['src/schedule/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...clocksAndPromises.map((name) => ({ name, message: 'schedule is pure: pass it in as an event.' })),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: ':function[async=true]', message: 'schedule is pure: no async functions.' },
        { selector: 'AwaitExpression', message: 'schedule is pure: nothing to wait for.' },
        { selector: 'ExportAllDeclaration', message: 'Export by name: readers search for names.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: readers search for names.' },
      ],
    },
  },
  {
    files: ['tests/**/*.ts', 'examples/**/*.ts'],
    rules: {
      // Tests pass methods and odd values on purpose; bodies are async without awaiting anything; type tests name a parameter once.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', performance: 'readonly', URL: 'readonly' },
    },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
  },
);

import { builtinModules } from 'node:module';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** As a pattern for selectors, whose grammar has no way to write a slash but its code point. */
const nodeBuiltIn = `/^(node:.*|${builtinModules.join('|').replaceAll('/', '\\u002F')})$/`;

const everywhere = [
  {
    selector:
      'MemberExpression[object.name=/^(it|test|describe|suite)$/][property.name=/^(only|skip|todo|skipIf)$/]',
    message: 'Tests are not skipped, focused or left to do.',
  },
];

const inPackages = [
  ...everywhere,
  {
    selector: `ImportDeclaration[importKind!="type"][source.value=${nodeBuiltIn}]`,
    message: "Packages load in browsers: reach Node with `await import('node:...')` where it is used.",
  },
  {
    selector: `ExportNamedDeclaration[exportKind!="type"][source.value=${nodeBuiltIn}]`,
    message: "Packages load in browsers: reach Node with `await import('node:...')` where it is used.",
  },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

/** What enters a step must have the same bits in every engine, and the last digit of these is the engine's choice. */
const sameBits = [
  {
    selector: `MemberExpression[object.name="Math"][property.name=/^(a?(sin|cos|tan)h?|atan2|cbrt|expm1|exp|hypot|log|log10|log1p|log2|pow)$/]`,
    message:
      'Its last digit is the choice of each engine: use log, pow, sinPi, ... of @espalier/core/internal.',
  },
  {
    // Powers of two are exact everywhere.
    selector:
      'BinaryExpression[operator="**"]:not([left.value=2]):not([left.bigint="2"]), AssignmentExpression[operator="**="]',
    message: 'Its last digit is the choice of each engine: multiply, or use pow of @espalier/core/internal.',
  },
];

/** Packages whose numbers enter steps, or say what is trained next. */
const inSteps =
  'augmentation,callbacks,compile,core,datasets,losses,metrics,models,optimizers,regularizers,tuning';

const tests = ['**/*.test.ts', '**/*.test-d.ts'];
const aroundTests = ['packages/*/{test,testing}/**', 'packages/*/bench/**', 'bench/**', 'testing/**'];

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/coverage/', '.espalier/', '**/runs/', '**/.turbo/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    // The type checker knows the globals; terminals and XML have control characters.
    rules: { 'no-undef': 'off', 'no-control-regex': 'off' },
  },
  {
    rules: {
      eqeqeq: ['error', 'smart'],
      'max-lines': ['error', { max: 300 }],
      'no-restricted-syntax': ['error', ...everywhere],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'start' }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@tensorflow/tfjs',
              message: 'Import @tensorflow/tfjs-core and @tensorflow/tfjs-layers, the peers.',
            },
          ],
          patterns: [
            { group: ['@tensorflow/*/*'], message: 'Deep imports of TensorFlow.js fail in Node.' },
            {
              group: ['@espalier/*/*', '!@espalier/core/internal', '!@espalier/tuning/internal'],
              message: "Import what the package's index exports.",
            },
            {
              group: ['**/packages/*/src', '**/packages/*/src/**'],
              message: 'Import packages by their name.',
            },
          ],
        },
      ],
    },
  },
  {
    // Rules that need types: only those that find bugs, only on what we publish and run.
    files: ['packages/*/src/**/*.ts', 'examples/*/src/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: [...tests, 'packages/testkit/**'],
    rules: {
      'no-console': ['error', { allow: ['warn'] }],
      'no-restricted-syntax': ['error', ...inPackages],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Draw from a named stream of core.' },
      ],
    },
  },
  {
    files: [`packages/{${inSteps}}/src/**/*.ts`],
    ignores: [...tests, '**/*.fixture.ts'],
    rules: { 'no-restricted-syntax': ['error', ...inPackages, ...sameBits] },
  },
  {
    files: ['packages/*/src/index.ts'],
    // The package `espalier` is the others put together.
    ignores: ['packages/espalier/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...inPackages,
        {
          selector: 'Program > :not(ExportNamedDeclaration)',
          message: 'An index holds only named re-exports.',
        },
        {
          selector: 'Program > ExportNamedDeclaration[declaration!=null]',
          message: 'An index holds only named re-exports.',
        },
      ],
    },
  },
  // Names of all packages, one a line.
  { files: ['packages/espalier/src/index.ts'], rules: { 'max-lines': 'off' } },
  {
    files: [...tests, ...aroundTests],
    rules: { '@typescript-eslint/no-explicit-any': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['testing/pack/recipes/**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);

const test = '[.](test|test-d)[.]ts$';
/** Folders beside a package's sources that are not published. */
const aside = '^packages/[^/]+/(bench|test|testing)/';
/** Packages that stand on another of ours, on purpose: docs/adding-packages.md says when. */
const sharing = 'backend-node-gpu|tuning-bullmq';
/** Packages that any other may import. */
const shared = 'core|testkit';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'plugin-imports-plugin',
      comment: 'What passes between plugin packages are types of core.',
      severity: 'error',
      from: { path: `^packages/(?!(?:${shared}|espalier|${sharing})/)([^/]+)/` },
      to: { path: '^packages/', pathNot: [`^packages/(${shared})/`, '^packages/$1/'] },
    },
    {
      name: 'stands-on-another-package',
      comment: 'A package that stands on another of ours stands on that one alone.',
      severity: 'error',
      from: { path: `^packages/(${sharing})/` },
      to: {
        path: '^packages/',
        pathNot: [`^packages/(${shared})/`, '^packages/$1/', '^packages/(backend-node|tuning)/'],
      },
    },
    {
      name: 'core-imports-package',
      comment: 'Core stands on TensorFlow.js alone; the test kit stands on core.',
      severity: 'error',
      from: { path: `^packages/(${shared})/` },
      to: { path: '^packages/', pathNot: [`^packages/(${shared})/`] },
    },
    {
      name: 'testkit-outside-tests',
      comment: 'The test kit is private: what is published must not reach it.',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: ['^packages/testkit/', test, aside] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'test-imported',
      comment: 'Code does not import tests.',
      severity: 'error',
      from: { pathNot: [test, aside] },
      to: { path: test },
    },
    {
      name: 'graph-knows-a-target',
      comment: 'The graph, its passes and the runtime work for every code generator.',
      severity: 'error',
      from: { path: '^packages/compile/src/(graph|passes|compiled-graph)/' },
      to: { path: '^packages/compile/src/(codegen|operations|executor|compile-step|export)/' },
    },
    { name: 'circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'undeclared',
      comment: "Every package imported is named in the importing package's own package.json.",
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: [test, aside] },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
        // Optional peers are counted as both.
        dependencyTypesNot: ['npm-peer', 'npm-optional'],
      },
    },
    {
      name: 'development-dependency-at-runtime',
      comment: 'A devDependency is not there for whoever installs the package.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [test, '^packages/testkit/'] },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|runs|[.]turbo)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@espalier/source', 'types', 'import', 'node', 'default', 'require'],
      extensions: ['.ts', '.d.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};

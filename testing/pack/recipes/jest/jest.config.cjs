module.exports = {
  testMatch: ['**/*.test.mjs'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
  testEnvironment: './environment.cjs',
  transform: {},
};

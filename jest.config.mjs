/** CommonJS in tests: Nest 12 is ESM only, so its packages are transformed with ours (docs/adr/0005). */
const base = {
  testEnvironment: 'node',
  transform: { '^.+\\.(t|j|mj)s$': ['@swc/jest', { swcrc: true, module: { type: 'commonjs' } }] },
  transformIgnorePatterns: [
    '/node_modules/(?!@nestjs/|file-type|strtok3|token-types|uint8array-extras|@tokenizer/|@borewit/|cookie/)',
  ],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
const kinds = ['int', 'sim', 'chaos'];

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      testPathIgnorePatterns: [`\\.(${kinds.join('|')})\\.spec\\.ts$`],
    },
    { ...base, displayName: 'simulation', testMatch: ['<rootDir>/test/**/*.sim.spec.ts'] },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.int.spec.ts'],
      globalSetup: '<rootDir>/test/support/stack.global-setup.ts',
      globalTeardown: '<rootDir>/test/support/stack.global-teardown.ts',
    },
    { ...base, displayName: 'chaos', testMatch: ['<rootDir>/test/**/*.chaos.spec.ts'] },
  ],
};

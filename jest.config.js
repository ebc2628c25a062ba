const shared = {
  testEnvironment: './test/support/onnx-environment.cjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
};

export default {
  // Nothing is timed in tests: a slow machine is no fault.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/{unit,contract,oracle,property,protocol}/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      globalSetup: './test/support/e2e/start-label-studio.mjs',
      globalTeardown: './test/support/e2e/stop-label-studio.mjs',
    },
  ],
};

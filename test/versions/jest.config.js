/** Tests that install several versions of n8n's engine: apart from the others. */
module.exports = {
	...require('../../jest.config'),
	rootDir: '../..',
	roots: ['<rootDir>/test/versions'],
	globalSetup: '<rootDir>/test/versions/installAll.ts',
	testPathIgnorePatterns: [],
	testTimeout: 120_000,
	maxWorkers: 1,
};

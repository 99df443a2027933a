/** Tests that run the whole n8n, which a first run installs: apart from the others. Most of them wait, so two files run at a time. */
module.exports = {
	...require('../../jest.config'),
	rootDir: '../..',
	roots: ['<rootDir>/test/n8n'],
	globalSetup: '<rootDir>/test/n8n/install.ts',
	testPathIgnorePatterns: [],
	testTimeout: 300_000,
	maxWorkers: 2,
};

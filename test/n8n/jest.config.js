/** Tests that run the whole n8n, which a first run installs: apart from the others, and one file after another. */
module.exports = {
	...require('../../jest.config'),
	rootDir: '../..',
	roots: ['<rootDir>/test/n8n'],
	testPathIgnorePatterns: [],
	testTimeout: 300_000,
	maxWorkers: 1,
};

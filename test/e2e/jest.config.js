/** Tests in a headless Chromium: apart from the others, and one file after another, since a browser takes the machine for itself. */
module.exports = {
	...require('../n8n/jest.config'),
	rootDir: '../..',
	roots: ['<rootDir>/test/e2e'],
	testTimeout: 120_000,
	maxWorkers: 1,
};

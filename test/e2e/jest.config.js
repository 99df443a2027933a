/** Tests in a headless Chromium: as those of the whole n8n, apart from the others. */
module.exports = {
	...require('../n8n/jest.config'),
	rootDir: '../..',
	roots: ['<rootDir>/test/e2e'],
	testTimeout: 120_000,
};

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, selectors, type Page } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const MAX_WAIT_MS = 15_000;

export interface Browser {
	page: Page;
	close: () => Promise<void>;
}

/** A Chromium of its own, with nothing remembered. */
export async function startBrowser(): Promise<Browser> {
	// n8n's own spelling.
	selectors.setTestIdAttribute('data-test-id');
	const profile = await mkdtemp(join(tmpdir(), 'wan-avatar-chromium-'));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: EXECUTABLE,
		args: FLAGS,
		viewport: { width: 1280, height: 900 },
	});
	context.setDefaultTimeout(MAX_WAIT_MS);
	return {
		page: context.pages()[0] ?? (await context.newPage()),
		close: async () => {
			await context.close();
			await rm(profile, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

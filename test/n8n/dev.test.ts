import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { installN8n } from '../../demo/n8n/install';
import { startN8n, type N8n } from '../../demo/n8n/n8n';
import { installPackage } from '../../demo/n8n/package';
import { OWNER } from '../../demo/n8n/seed';
import { watchSources } from '../../demo/n8n/watch';

const COPIED = ['credentials', 'lib', 'nodes', 'gulpfile.js', 'package.json', 'tsconfig.json'];
const CHANGED = 'nodes/WanAvatar/actions/avatar/generate.operation.ts';
const OLD_LABEL = 'Generate an avatar video from a portrait';
const NEW_LABEL = 'Generate a moving avatar';
const SOON_MS = 60_000;

const stop = new AbortController();
let folder: string;
let checkout: string;
let n8n: N8n;
let built: () => Promise<void>;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'wan-avatar-dev-'));
	checkout = join(folder, 'checkout');
	for (const one of COPIED) await cp(one, join(checkout, one), { recursive: true });
	await symlink(resolve('node_modules'), join(checkout, 'node_modules'), 'dir');
	const n8nFolder = await installN8n({ say: console.log });
	await installPackage(folder);
	n8n = await startN8n({ n8nFolder, userFolder: folder, env: { N8N_DEV_RELOAD: 'true' } });
	await n8n.rest.signIn(OWNER);
	built = watchSources({
		userFolder: folder,
		root: checkout,
		say: () => undefined,
		signal: stop.signal,
	});
});
afterAll(async () => {
	stop.abort();
	await built();
	await n8n.close();
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What n8n gives to its editor. */
async function shown(): Promise<string> {
	const nodeInfos = [{ name: 'n8n-nodes-wan-avatar.wanAvatar', version: 1 }];
	return JSON.stringify(await n8n.rest.request('POST', '/node-types', { nodeInfos }));
}

it('a label that is changed while npm run dev watches is in the running n8n', async () => {
	expect(await shown()).toContain(OLD_LABEL);
	const file = join(checkout, CHANGED);
	const text = await readFile(file, 'utf8');
	const startMs = performance.now();
	await writeFile(file, text.replace(OLD_LABEL, NEW_LABEL));
	// While n8n loads it anew, it has no such node.
	const isThere = async () =>
		await shown().then(
			(seen) => seen.includes(NEW_LABEL),
			() => false,
		);
	while (!(await isThere()) && performance.now() - startMs < SOON_MS) await delay(100);
	console.log(`A changed label came after ${String(Math.round(performance.now() - startMs))} ms`);
	expect(await shown()).toContain(NEW_LABEL);
});

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';

let demo: ChildProcessWithoutNullStreams | undefined;

afterEach(() => {
	demo?.kill('SIGKILL');
});

it('npm run demo -- --keep leaves the servers up: the printed URL gives the saved bytes', async () => {
	const started = spawn(process.execPath, ['--import', 'tsx', 'demo/demo.ts', '--keep']);
	demo = started;
	let printed = '';
	started.stdout.on('data', (chunk) => (printed += String(chunk)));
	while (!printed.includes('Stop with Ctrl+C') && started.exitCode === null)
		await once(started.stdout, 'data');

	for (const name of ['minio_key', 'thumbnail_url', 'RunPod API', 'Queue API Base URL'])
		expect(printed).toContain(name);
	expect(printed).toMatch(/^fps +24$/m);
	expect(printed).toMatch(/^width +1280$/m);
	expect(printed).toMatch(/^height +720$/m);
	const url = /^video_url +(\S+)$/m.exec(printed)?.[1] ?? '';
	const answer = await fetch(url);
	expect(Buffer.from(await answer.arrayBuffer())).toEqual(readFileSync('demo-output/idle.mp4'));

	started.kill('SIGINT');
	await once(started, 'exit');
	expect(started.exitCode).toBe(0);
	await expect(fetch(url)).rejects.toThrow('fetch failed');
}, 90_000);

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readWorkflow } from '../../../../demo/workflowFile';
import { startRig, type Rig } from '../engine/rig';

const MINUTE_MS = 60_000;

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy');
});
afterAll(async () => {
	await rig.close();
});

/** Every Generate of an example that does not wait: nobody cancels its job when the execution is stopped. */
const unwatched = readdirSync('examples')
	.filter((file) => file.endsWith('.json'))
	.flatMap((file) =>
		readWorkflow(join('examples', file))
			.nodes.filter(({ parameters }) => parameters.waitForCompletion === false)
			.map(({ parameters }) => [file, parameters] as const),
	);

it('two examples submit without waiting', () => {
	expect(unwatched.map(([file]) => file)).toEqual([
		'submit-wait-status.json',
		'webhook-with-callback.json',
	]);
});

it.each(unwatched)('%s bounds the run time and the queue time of its job', async (_file, form) => {
	rig.queue.clearCalls();
	const body = {
		user_id: 'user_1',
		avatar_id: 'avatar_1',
		portrait_url: 'https://example.com/portrait.png',
		driving_video_url: 'https://example.com/moves.mp4',
	};

	// The address of the callback is n8n's own.
	const { error } = await rig.run({ ...form, workerOptions: {} }, { items: [{ body }] });

	expect(error).toBeUndefined();
	expect(rig.queue.calls('run')).toMatchObject([
		{ body: { policy: { executionTimeout: 30 * MINUTE_MS, ttl: 90 * MINUTE_MS } } },
	]);
});

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { generateForm, startRig, type Rig } from '../../engine/rig';
import { startSlowLine, type SlowLine } from '../../engine/slowLine';

const DEADLINE_MS = 6000;
/** Past the deadline, and past the moment at which the output is due else. */
const LARGE_MS = 13_000;

const mp4 = readFileSync('examples/media/driving-video.mp4');
const filler = Buffer.alloc(3_000_000 - mp4.length, 'x');
filler.writeUInt32BE(filler.length);
filler.write('free', 4);
const output = { video: Buffer.concat([mp4, filler]).toString('base64') };

let line: SlowLine;
let rig: Rig;

beforeEach(async () => {
	line = await startSlowLine(LARGE_MS);
	rig = await startRig(
		'lazy',
		{},
		{
			runPodApi: {
				apiKey: 'key-of-the-test',
				endpointId: 'endpoint1',
				queueBaseUrl: `${line.url}/v2`,
			},
		},
	);
	line.leadTo(new URL(rig.queue.baseUrl).origin);
	rig.queue.script({ kind: 'output', output, times: 9 });
});
afterEach(async () => {
	line.close();
	await rig.close();
});

const form = { ...generateForm, waitingOptions: { timeoutMinutes: DEADLINE_MS / 60_000 } };

it('a result that comes slowly but steadily is waited for past the Timeout, and nothing is cancelled', async () => {
	const { error, success } = await rig.run(form);

	expect(error).toBeUndefined();
	expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', size_bytes: 3_000_000 });
	expect(success[0]?.binary?.video).toMatchObject({ mimeType: 'video/mp4' });
	expect(line.ended()).toBe(1);
	expect(rig.queue.calls('cancel')).toHaveLength(0);
}, 60_000);

it('of many at once each comes to its end', async () => {
	const items = Array.from({ length: 7 }, (_, i) => ({ avatar: `avatar-${String(i)}` }));

	const limits = { maxParallelJobs: items.length };
	const { error, success } = await rig.run({ ...form, limits }, { items });

	expect(error).toBeUndefined();
	expect(success.map(({ binary }) => binary?.video?.mimeType)).toEqual(
		items.map(() => 'video/mp4'),
	);
	expect(rig.queue.calls('run')).toHaveLength(items.length);
	expect(rig.queue.calls('cancel')).toHaveLength(0);
}, 90_000);

it('Stop ends it at once', async () => {
	const stop = new AbortController();
	const run = rig.run(generateForm, { signal: stop.signal });
	setTimeout(() => {
		stop.abort();
	}, 9000);

	await run;

	expect(line.ended()).toBe(0);
}, 60_000);

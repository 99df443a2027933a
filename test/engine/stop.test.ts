import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { generateForm, startRig, type Rig } from './rig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy');
	rig.queue.script({ kind: 'never' });
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

async function until(isTrue: () => boolean): Promise<void> {
	for (let tries = 0; !isTrue() && tries < 200; tries++) await delay(20);
	expect(isTrue()).toBe(true);
}

it('Stop cancels the remote jobs, and a retry of the stopped node submits nothing', async () => {
	const stop = new AbortController();
	const items = [{ avatar: 'a' }, { avatar: 'b' }, { avatar: 'c' }];
	const node = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };
	const running = rig.run(generateForm, { items, node, signal: stop.signal });
	await until(() => rig.queue.calls('run').length === 3);

	stop.abort();
	await running;
	await until(() => rig.queue.calls('cancel').length === 3);

	await delay(300);
	expect(rig.queue.calls('run')).toHaveLength(3);
	expect(rig.queue.jobs().map(({ status }) => status)).toEqual([
		'CANCELLED',
		'CANCELLED',
		'CANCELLED',
	]);
});

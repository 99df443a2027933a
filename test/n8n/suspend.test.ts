import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { AVATAR, avatars, createChain, generateStep } from './avatarWorkflow';
import { MANUAL } from './callers';
import { startRig, until, type Rig } from './rig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig({ workersMax: 20 });
});
beforeEach(() => {
	rig.standIn.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const SUSPENDED = { waitMode: 'suspend' };

it('sleeps until the last job has ended, and gives out all results in their order', async () => {
	rig.standIn.queue.setWorkers({ max: 0 });
	const workflow = await createChain(rig, [avatars('a', 'b', 'c'), generateStep(SUSPENDED)]);
	const id = await rig.n8n.rest.run(workflow, MANUAL);
	await until(async () => (await rig.n8n.rest.executionStatus(id)) === 'waiting');
	rig.standIn.queue.clearCalls();
	rig.standIn.queue.setWorkers({ max: 3 });
	const execution = await rig.ended(id);
	expect(execution.error).toBeUndefined();
	const items = execution.runData[AVATAR]?.at(-1)?.data?.main[0] ?? [];
	expect(items.map(({ json }) => json.avatar_id)).toEqual(['a', 'b', 'c']);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { codesOfN8n } from '../nodes/WanAvatar/engine/codesOfN8n';
import { generateForm } from '../nodes/WanAvatar/engine/rig';
import { startRig, type Rig } from './rig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig();
});
afterAll(async () => {
	await rig.close();
});

it.each(codesOfN8n())("n8n shows a worker's own words where they hold %s", async (code) => {
	const words = `connect ${code} 10.0.0.7:9000`;
	rig.standIn.queue.script({ kind: 'failed', error: words, times: 1 });

	const { status, error } = await run();

	expect(status).toBe('error');
	expect(error?.message).toMatch(/^Job \S+ failed on the worker: /);
	expect(error?.message).toContain(words);
	expect(error?.description).not.toMatch(/Retry On Fail/i);
});

async function run() {
	const chosen = [...rig.credentials].filter(([type]) => /^(runPod|minio)Api$/.test(type));
	const workflow = await rig.n8n.rest.createWorkflow({
		name: 'a failed job',
		nodes: [
			{
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				name: 'Wan Avatar',
				type: 'n8n-nodes-wan-avatar.wanAvatar',
				typeVersion: 1,
				position: [200, 0],
				parameters: {
					...generateForm,
					useMinioCredential: true,
					avatarId: 'avatar_1',
					portraitPath: 'input-avatars/portrait.png',
					drivingVideoPath: 'sitting-woman/driving-video.mp4',
				},
				credentials: Object.fromEntries(chosen),
			},
		],
		connections: { Start: { main: [[{ node: 'Wan Avatar', type: 'main', index: 0 }]] } },
		settings: {},
	});
	return await rig.ended(await rig.n8n.rest.run(workflow, 'Start'));
}

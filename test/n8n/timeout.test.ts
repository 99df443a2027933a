import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateForm, located } from '../nodes/WanAvatar/engine/rig';
import { startRig, until, type Rig } from './rig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig();
});
afterAll(async () => {
	await rig.close();
});

async function started(settings: object): Promise<string> {
	const { credentials } = rig;
	const workflow = await rig.n8n.rest.createWorkflow({
		name: 'timeout',
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
					portraitPath: located('path', 'input-avatars/portrait.png'),
					drivingVideoPath: 'sitting-woman/driving-video.mp4',
				},
				credentials: Object.fromEntries(
					['runPodApi', 'minioApi'].flatMap((type) => {
						const one = credentials.get(type);
						return one ? [[type, one]] : [];
					}),
				),
			},
		],
		connections: { Start: { main: [[{ node: 'Wan Avatar', type: 'main', index: 0 }]] } },
		settings,
	});
	return await rig.n8n.rest.run(workflow, 'Start');
}

/**
 * What the node says of an execution that n8n ended by its timeout; nothing where n8n lost it: it notes the end at once
 * and the node's words a moment later, and the write that comes last wins.
 */
async function wordsOf(
	id: string,
): Promise<{ message?: string; description?: string | null | undefined }> {
	for (let looks = 0; looks < 10; looks++) {
		const { runData } = await rig.n8n.rest.execution(id);
		const error = runData['Wan Avatar']?.at(-1)?.error;
		if (error) return error;
		await delay(500);
	}
	return {};
}

it("says after n8n's own timeout what became of the job, and what to do", async () => {
	let words: Awaited<ReturnType<typeof wordsOf>> = {};
	for (let tries = 0; tries < 6 && words.message === undefined; tries++) {
		rig.standIn.queue.script({ kind: 'never', times: 1 });
		const id = await started({ executionTimeout: 4 });
		const { status } = await rig.ended(id);
		expect(status).toBe('canceled');
		await until(() => rig.standIn.queue.jobs().at(-1)?.status === 'CANCELLED');
		words = await wordsOf(id);
	}

	expect(words.message).toMatch(
		/^The workflow was stopped or timed out while job \S+ was not finished/,
	);
	expect(words.description).toMatch(
		/^The job was cancelled on RunPod\. If nobody stopped it, n8n's own/,
	);
});

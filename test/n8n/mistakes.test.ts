import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Execution, NewCredential } from '../../demo/n8n/rest';
import { standInCredentials } from '../../demo/n8n/services';
import { generateForm } from '../engine/rig';
import { startRig, type Rig } from './rig';

type CredentialType = 'runPodApi' | 'minioApi';

interface Mistake {
	title: string;
	/** Fields of a credential that are wrong. */
	credential?: Partial<Record<CredentialType, Readonly<Record<string, unknown>>>>;
	/** Credentials that are not chosen in the node. */
	without?: readonly CredentialType[];
	form?: Readonly<Record<string, unknown>>;
	before?: (rig: Rig) => Promise<void>;
	/** Where the message is shown: at the credential, or by the failed run. A test shows the remedy with it. */
	shownBy: 'credential test' | 'run';
	message: RegExp;
	remedy?: RegExp;
}

const mistakes: readonly Mistake[] = [
	{
		title: 'no credential',
		without: ['runPodApi'],
		shownBy: 'run',
		message: /^Node does not have any credentials set for \"runPodApi\"$/,
	},
	{
		title: 'wrong API key',
		credential: { runPodApi: { apiKey: 'rpa_mistyped' } },
		shownBy: 'run',
		message: /^RunPod does not accept the API key for endpoint \"\w+\"$/,
		remedy: /^Check API Key in the RunPod API credential/,
	},
	{
		title: 'endpoint ID of a deleted endpoint',
		credential: { runPodApi: { endpointId: 'deleted0endpoint' } },
		shownBy: 'run',
		message: /^RunPod does not know the endpoint \"deleted0endpoint\"$/,
		remedy: /^Check Endpoint ID .* may have been deleted/,
	},
	{
		title: 'MinIO host with a path',
		credential: { minioApi: { endpoint: 'minio.example.com/avatar-templates' } },
		shownBy: 'run',
		message:
			/^MinIO credential: Endpoint must be the host alone: remove \"\/avatar-templates\" after it$/,
		remedy: /^Open the MinIO API credential of this node and correct it/,
	},
	{
		title: 'wrong secret key',
		credential: { minioApi: { secretKey: 'mistyped' } },
		shownBy: 'credential test',
		message:
			/^The secret key does not fit the access key\. Check Secret Key in the MinIO API credential/,
	},
	{
		title: 'bucket that is not there',
		credential: { minioApi: { bucket: 'avatar-template' } },
		shownBy: 'credential test',
		message:
			/^There is no bucket \"avatar-template\" at \S+\. Check Bucket in the MinIO API credential/,
	},
	{
		title: 'portrait path with a typing error',
		form: { portraitPath: 'input-avatars/portrat.png' },
		shownBy: 'run',
		message: /input-avatars\/portrat\.png/,
		remedy: /\w{3,}/,
	},
	{
		title: 'a PDF as portrait',
		form: { portraitPath: 'input-avatars/portrait.pdf' },
		before: async ({ standIn: { storage, bucket } }) => {
			await storage.putFile(bucket, 'input-avatars/portrait.pdf', 'README.md', 'application/pdf');
		},
		shownBy: 'run',
		message: /^Job \S+ failed on the worker: portrait is not an image/,
		remedy: /^Check the portrait and the driving video/,
	},
	{
		title: 'binary field name that does not exist',
		form: { portraitSource: 'binary', portraitBinaryField: 'potrait' },
		shownBy: 'run',
		message: /potrait/,
		remedy: /\w{3,}/,
	},
	{
		title: 'endpoint with no workers',
		form: { options: { timeoutMinutes: 0.1 } },
		before: async ({ standIn }) => {
			standIn.queue.setWorkers({ max: 0 });
			return Promise.resolve();
		},
		shownBy: 'run',
		message: /^Job \S+ was not finished after 6 s \(still waiting for a worker\)$/,
		remedy: /^The job was cancelled on RunPod/,
	},
];

let rig: Rig;

beforeAll(async () => {
	rig = await startRig();
});
afterAll(async () => {
	await rig.close();
});

/** Saves the credentials of one mistake, by type. */
async function saveCredentials({ credential = {} }: Mistake): Promise<Map<string, string>> {
	const right = standInCredentials(rig.standIn.address());
	const ids = new Map<string, string>();
	for (const { name, type, data } of right) {
		const wrong = type === 'runPodApi' || type === 'minioApi' ? credential[type] : undefined;
		const whole: NewCredential = {
			name: `${name} of a mistake`,
			type,
			data: { ...data, ...wrong },
		};
		ids.set(type, (await rig.n8n.rest.saveCredential(whole)).id);
	}
	return ids;
}

async function run(
	{ title, form, without = [] }: Mistake,
	ids: Map<string, string>,
): Promise<Execution> {
	const chosen = [...ids].filter(([type]) => !without.some((left) => left === type));
	const workflow = await rig.n8n.rest.createWorkflow({
		name: title,
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
				parameters: { ...generateForm, ...example, ...form },
				credentials: Object.fromEntries(chosen.map(([type, id]) => [type, { id, name: type }])),
			},
		],
		connections: { Start: { main: [[{ node: 'Wan Avatar', type: 'main', index: 0 }]] } },
		settings: {},
	});
	return await rig.ended(await rig.n8n.rest.run(workflow, 'Start'));
}

const example = {
	avatarId: 'avatar_1',
	portraitPath: 'input-avatars/portrait.png',
	drivingVideoPath: 'sitting-woman/driving-video.mp4',
};

describe('what n8n finally shows of the likeliest mistakes', () => {
	it.each(mistakes)('$title', async (mistake) => {
		await mistake.before?.(rig);
		const ids = await saveCredentials(mistake);
		if (mistake.shownBy === 'credential test') {
			const wrongType = Object.keys(mistake.credential ?? {})[0] ?? '';
			const verdict = await rig.n8n.rest.testCredential(ids.get(wrongType) ?? '');
			expect(verdict).toEqual({ status: 'Error', message: expect.stringMatching(mistake.message) });
			return;
		}
		const { status, error } = await run(mistake, ids);
		expect(status).toBe('error');
		expect(error?.message).toMatch(mistake.message);
		expect(error?.description ?? '').toMatch(mistake.remedy ?? /^$/);
	});
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Execution, NewCredential } from '../../demo/n8n/rest';
import { standInCredentials } from '../../demo/n8n/services';
import { generateForm } from '../nodes/WanAvatar/engine/rig';
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
	/** What the test of the credential shows. */
	testShows?: RegExp;
	/** What the failed run shows: the message, and beneath it what to do. */
	runShows?: { message: RegExp; remedy: RegExp };
}

const mistakes: readonly Mistake[] = [
	{
		title: 'no credential',
		without: ['runPodApi'],
		// n8n's own words: the node is not asked.
		runShows: {
			message: /^Node does not have any credentials set for "runPodApi"$/,
			remedy: /^$/,
		},
	},
	{
		title: 'wrong API key',
		credential: { runPodApi: { apiKey: 'rpa_mistyped' } },
		testShows: /^RunPod does not accept the API key for endpoint "\w+"\. Check API Key/,
		runShows: {
			message: /^RunPod does not accept the API key for endpoint "\w+"$/,
			remedy: /^Check API Key in the RunPod API credential/,
		},
	},
	{
		title: 'endpoint ID of a deleted endpoint',
		credential: { runPodApi: { endpointId: 'deleted0endpoint' } },
		testShows: /^RunPod does not know the endpoint "deleted0endpoint"\. Check Endpoint ID/,
		runShows: {
			message: /^RunPod does not know the endpoint "deleted0endpoint"$/,
			remedy: /^Check Endpoint ID .* may have been deleted/,
		},
	},
	{
		title: 'MinIO host with a path',
		credential: { minioApi: { endpoint: 'minio.example.com/avatar-templates' } },
		testShows: /^MinIO credential: Endpoint must be the host alone: remove "\/avatar-templates"/,
		runShows: {
			message:
				/^MinIO credential: Endpoint must be the host alone: remove "\/avatar-templates" after it$/,
			remedy: /^Open the MinIO API credential of this node and correct it/,
		},
	},
	{
		title: 'wrong secret key',
		credential: { minioApi: { secretKey: 'mistyped' } },
		testShows: /^The secret key does not fit the access key\. Check Secret Key/,
		runShows: {
			message: /^The secret key does not fit the access key$/,
			remedy: /^Check Secret Key in the MinIO API credential/,
		},
	},
	{
		title: 'bucket that is not there',
		credential: { minioApi: { bucket: 'avatar-template' } },
		testShows: /^There is no bucket "avatar-template" at \S+\. Check Bucket/,
	},
	{
		title: 'portrait path with a typing error',
		form: { portraitPath: 'input-avatars/portrat.png' },
		runShows: {
			message:
				/^Portrait \(image_minio_path\) names "input-avatars\/portrat\.png", but there is no such file/,
			remedy: /Nothing was sent to RunPod/,
		},
	},
	{
		title: 'a PDF as portrait',
		form: { portraitPath: 'input-avatars/portrait.pdf' },
		before: async ({ standIn: { storage, bucket } }) => {
			await storage.putFile(bucket, 'input-avatars/portrait.pdf', 'README.md', 'application/pdf');
		},
		runShows: {
			message: /^Job \S+ failed on the worker: portrait is not an image/,
			remedy: /^Check the portrait and the driving video/,
		},
	},
	{
		title: 'binary field name that does not exist',
		form: { portraitSource: 'binary', portraitBinaryField: 'potrait' },
		runShows: {
			message: /^Portrait Binary Field names "potrait", but the item has no file/,
			remedy: /^Put a node that gives out a file .* Nothing was sent to RunPod/,
		},
	},
	{
		title: 'endpoint with no workers',
		form: { waitingOptions: { timeoutMinutes: 0.1 } },
		before: async ({ standIn }) => {
			standIn.queue.setWorkers({ max: 0 });
			return Promise.resolve();
		},
		runShows: {
			message:
				/^Job \S+ was not finished after 6 s \(still waiting for a worker: the endpoint has no workers\)$/,
			remedy: /Set Max Workers of the endpoint/,
		},
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
	useMinioCredential: true,
	avatarId: 'avatar_1',
	portraitPath: 'input-avatars/portrait.png',
	drivingVideoPath: 'sitting-woman/driving-video.mp4',
};

describe('what n8n finally shows of the likeliest mistakes', () => {
	it.each(mistakes)('$title', async (mistake) => {
		await mistake.before?.(rig);
		const ids = await saveCredentials(mistake);
		if (mistake.testShows) {
			const wrongType = Object.keys(mistake.credential ?? {})[0] ?? '';
			const verdict = await rig.n8n.rest.testCredential(ids.get(wrongType) ?? '');
			const message = expect.stringMatching(mistake.testShows);
			expect(verdict).toEqual({ status: 'Error', message });
		}
		if (mistake.runShows) {
			const { status, error } = await run(mistake, ids);
			expect(status).toBe('error');
			expect(error?.message).toMatch(mistake.runShows.message);
			expect(error?.description ?? '').toMatch(mistake.runShows.remedy);
		}
	});
});

import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import { checkPreview } from '../../../../lib/generation/request/checkOnly';
import { parseGenerationRequest } from '../../../../lib/generation/request/request';
import { checkRunOptions } from '../../../../lib/generation/request/requestOptions';

const resumeUrl = 'https://n8n.example.com/webhook-waiting/7?signature=abc';
const contract = {
	user_id: 'user_1',
	avatar_id: 'avatar_1',
	image_minio_path: 'a.png',
	driving_video_path: 'b.mp4',
	output_video_key: 'user-avatars/user_1/avatar_1/idle.mp4',
};

async function parsed(given: { contract?: object; options?: object; hasBucket?: boolean }) {
	return await parseGenerationRequest({
		slot: '0:0',
		runTag: '7-0-0',
		contract: { ...contract, ...given.contract },
		portraitFile: undefined,
		drivingVideoFile: undefined,
		hasBucket: given.hasBucket ?? true,
		options: { waitForCompletion: true, ...given.options },
		resumeUrl,
	});
}

async function faultsOf(given: Parameters<typeof parsed>[0]): Promise<string[]> {
	try {
		await parsed(given);
	} catch (error) {
		if (error instanceof InvalidInput) return error.faults.map(({ field }) => field);
		throw error;
	}
	return [];
}

describe('what goes to RunPod', () => {
	it.each([
		[{}, { executionTimeout: 3_600_000, ttl: 7_200_000 }],
		[{ timeoutMinutes: 10 }, { executionTimeout: 600_000, ttl: 1_200_000 }],
		[{ maxRunMinutes: 5 }, { executionTimeout: 300_000, ttl: 3_900_000 }],
		[
			{ timeoutMinutes: 10, maxRunMinutes: 5, maxQueueMinutes: 60 },
			{ executionTimeout: 300_000, ttl: 3_900_000 },
		],
		[{ timeoutMinutes: 0.05 }, { executionTimeout: 5000, ttl: 8000 }],
		[{ timeoutMinutes: 10_080 }, { executionTimeout: 604_800_000, ttl: 604_800_000 }],
	])('%j: %j', async (options, policy) => {
		expect((await parsed({ options })).envelope).toEqual({ webhook: resumeUrl, policy });
	});

	it('Check Only shows the address without the token that wakes the execution', async () => {
		const { webhook } = checkPreview(await parsed({}));
		expect(webhook).toBe('https://n8n.example.com/webhook-waiting/7?signature=…');
	});

	it('one that is not waited for is not called back', async () => {
		const { envelope } = await parsed({ options: { waitForCompletion: false } });
		expect(envelope).toEqual({});
	});
});

it.each([
	['no MinIO', { hasBucket: false }, ['waitMode']],
	['no output key', { contract: { output_video_key: undefined } }, ['waitMode']],
	['a webhook of its own', { options: { webhookUrl: 'https://a.example.com' } }, ['webhookUrl']],
	[
		'base64',
		{ contract: { image_minio_path: undefined, image_base64: 'iVBORw0KGgo=' } },
		['image_base64'],
	],
])('%s is refused', async (_what, given, fields) => {
	expect(await faultsOf(given)).toEqual(expect.arrayContaining(fields));
});

describe('where RunPod calls', () => {
	const faults = (url: string, queueBaseUrl: string, options: Record<string, unknown> = {}) =>
		checkRunOptions(options, true, { resumeUrl: url, queueBaseUrl }).faults.map(
			({ field, message }) => `${field} ${message}`,
		);
	const runPod = 'https://api.runpod.ai/v2';

	it.each([
		['https://n8n.example.com/x', runPod, {}, []],
		['http://localhost:5678/x', runPod, {}, [/^waitMode .*localhost:5678.*Set WEBHOOK_URL/]],
		['http://10.0.0.4:5678/x', runPod, { allowHttpCallback: true }, [/WEBHOOK_URL/]],
		['http://n8n.example.com/x', runPod, {}, [/https.*Allow HTTP Callback/]],
		['http://n8n.example.com/x', runPod, { allowHttpCallback: true }, []],
		['http://localhost:5678/x', 'http://127.0.0.1:9999/v2', {}, []],
		['', runPod, {}, [/WEBHOOK_URL/]],
		['https://n8n.example.com/x', runPod, { maxParallelJobs: 2 }, [/^maxParallelJobs/]],
		['https://n8n.example.com/x', runPod, { maxParallelJobs: 0 }, []],
	])('%s from %s with %j', (url, base, options, patterns) => {
		expect(faults(url, base, options)).toEqual(
			patterns.map((pattern): unknown => expect.stringMatching(pattern)),
		);
	});
});

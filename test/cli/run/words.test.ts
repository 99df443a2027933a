import { readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { INodeProperties } from 'n8n-workflow';
import { lookText } from '../../../cli/run/lookText';
import { resultText } from '../../../cli/run/resultText';
import { inTerminalWords } from '../../../cli/run/terminalWords';
import { WORKFLOW_STOPPED } from '../../../lib/base/async/stop';
import { messageOf } from '../../../lib/base/errors/foreignError';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { DEFAULT_OUTPUT_KEYS } from '../../../lib/contract/layout';
import { jobReport } from '../../../lib/generation/report/reportFields';
import { workerInputProperties } from '../../../nodes/WanAvatar/actions/avatar/workerInputs';

function told(text: string): string {
	return messageOf(inTerminalWords(new WanAvatarError('STORAGE', text, { remedy: '' })));
}

describe('words of the form', () => {
	it.each([
		[`${WORKFLOW_STOPPED} while job a-u1`, 'Stopped while job a-u1'],
		['Check API Key in the RunPod API credential: it may', 'Check RUNPOD_API_KEY: it may'],
		[
			'Check Endpoint and port in the MinIO API credential, and that the server is running and reachable from n8n.',
			'Check MINIO_ENDPOINT, and that the server is running and reachable from this machine.',
		],
		['Turn Use SSL on in the MinIO API credential, or', 'set MINIO_USE_SSL to true, or'],
		['raise Timeout in the Waiting Options.', 'raise --timeout-minutes.'],
		['turn on Submit Anyway in the Worker Options.', 'give --submit-anyway.'],
		['Run the item again to get the video.', 'Run it again to get the video.'],
	])('%s', (words, wanted) => {
		expect(told(words)).toBe(wanted);
	});

	/** What a job may be told of, from all that the run uses. */
	const sentences = globSync(
		'lib/{base,contract,runpod,storage/{client,objects},generation/{request,run,report,result}}/**/*.ts',
	).flatMap(
		(file) =>
			readFileSync(file, 'utf8').match(/(['`"])(?:(?!\1).)*[a-z] [a-z](?:(?!\1).)*\1/g) ?? [],
	);

	it('have an own form in the terminal', () => {
		const left = sentences
			.map((sentence) => told(sentence.replaceAll('${CREDENTIAL}', 'in the MinIO API credential')))
			.filter((text) =>
				/API credential|(?:Waiting|Worker) Options|this node|[Rr]un the (?:item|workflow)/.test(
					text,
				),
			)
			.filter(
				(text) =>
					!/Suspend|choose one in this node|Allowed Domains|Open RUNPOD_API_KEY|in Endpoint of this node/.test(
						text,
					),
			);
		expect(sentences.length).toBeGreaterThan(100);
		expect(left).toEqual([]);
	});
});

it('the form has the same output keys', () => {
	const defaultOf = (name: string): INodeProperties['default'] | undefined =>
		workerInputProperties.find((property) => property.name === name)?.default;
	expect(defaultOf('outputVideoKey')).toBe(DEFAULT_OUTPUT_KEYS.video);
	expect(defaultOf('outputThumbnailKey')).toBe(DEFAULT_OUTPUT_KEYS.thumbnail);
});

describe('a look', () => {
	const facts = {
		jobId: 'a',
		status: 'X',
		delayTimeMs: 0,
		executionTimeMs: 0,
		workerId: 'w',
		retries: 0,
	};

	it.each([
		[{ tag: 'queued', facts }, '  1:05 waiting for a worker'],
		[{ tag: 'running', facts, progress: null }, '  1:05 running on worker w'],
		[
			{ tag: 'running', facts, progress: 'a\x1b[2J 40 %' },
			'  1:05 running on worker w: a [2J 40 %',
		],
		[{ tag: 'running', facts, progress: { step: 4 } }, '  1:05 running on worker w: {"step":4}'],
		[{ tag: 'unreachable', reason: 'HTTP 502' }, '  1:05 no news: HTTP 502'],
		[{ tag: 'cancelled', facts }, '  1:05 ended: X'],
	] as const)('%j', (look, text) => {
		expect(lookText(65_400, look)).toBe(text);
	});
});

it('a result of which little is known is told in few words', () => {
	const report = jobReport.parse({
		job_id: 'a-u1',
		status: 'COMPLETED',
		endpoint_id: 'e',
		warnings: ['Careful.'],
	});
	expect(resultText(report)).toBe('Job a-u1 is completed.\nNote: Careful.');
});

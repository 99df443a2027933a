import { expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { NOT_STARTED, type End } from '../../../../lib/base/errors/settled';
import { tallyOf, tallyText, type Tally } from '../../../../lib/generation/batch/tally';
import { jobRecord } from '../../../../lib/generation/record/record';
import { jobReport } from '../../../../lib/generation/report/reportFields';

const ports = { executionId: 'a' };

function costs(mostMicroUsd?: number) {
	return {
		watched: <Queue>(queue: Queue) => queue,
		costed: async <Report>(report: Report) => await Promise.resolve(report),
		costedError: async (error: unknown) => await Promise.resolve(error),
		mostSince: async () => await Promise.resolve(mostMicroUsd),
	};
}

function ended(jobId: string, executionId: string, more: object = {}): End<Given> {
	const report = jobReport.parse({
		job_id: jobId,
		status: 'COMPLETED',
		endpoint_id: 'ep',
		submitted_at: '2026-11-28T00:00:00.000Z',
		execution_time_ms: 240_000,
		...more,
	});
	const record = jobRecord.parse({
		version: 1,
		state: 'finished',
		delivered: false,
		fingerprint: 'f',
		execution_id: executionId,
		endpoint_id: 'ep',
		job_id: jobId,
		intended_at_ms: 1,
		submitted_at_ms: 1,
		recorded_at_ms: 1,
	});
	return { value: { report, record } };
}

interface Given {
	report: ReturnType<typeof jobReport.parse>;
	record: ReturnType<typeof jobRecord.parse>;
}

const cost = { cost_usd_min: 0.2, cost_usd_max: 0.3 };
const failed = (details: object): End<never> => ({
	error: new WanAvatarError('JOB_FAILED', 'failed', { remedy: '', details: { ...details } }),
});

it('counts what this execution has made and paid for', async () => {
	const ends = [
		ended('1', 'a', cost),
		ended('2', 'a', cost),
		ended('3', 'another', cost),
		ended('4', 'a', { status: 'IN_PROGRESS' }),
		failed({ job_id: '5', execution_time_ms: 60_000, ...cost }),
		failed({}),
		NOT_STARTED,
	];
	const tally = await tallyOf(ends, { ports, costs: costs(800_000) });
	expect(tally).toEqual({
		made: 2,
		found: 1,
		failed: 2,
		going: 1,
		notStarted: 1,
		cost: { minMicroUsd: 600_000, maxMicroUsd: 800_000 },
		runMs: 540_000,
	});
	expect(tallyText(tally)).toBe(
		'2 of 7 videos made, 1 found, 2 failed, 1 still under way, 1 not started; about 0.60–0.80 USD; 9 min of GPU',
	);
});

it.each<[string, End<Given>[], ReturnType<typeof costs> | undefined, Tally['cost']]>([
	['is not asked for', [ended('1', 'a', cost)], undefined, undefined],
	['is known of no job', [ended('1', 'a')], costs(), undefined],
	[
		'is not known of all jobs',
		[ended('1', 'a', cost), failed({ job_id: '2' })],
		costs(),
		{ minMicroUsd: 200_000, maxMicroUsd: null },
	],
])('where the cost %s', async (_, ends, watch, expected) => {
	expect((await tallyOf(ends, { ports, costs: watch })).cost).toEqual(expected);
});

const NOTHING: Tally = {
	made: 0,
	found: 0,
	failed: 0,
	going: 0,
	notStarted: 0,
	cost: undefined,
	runMs: 0,
};

it.each<[string, Partial<Tally>, string | undefined]>([
	[
		'a night',
		{
			made: 48,
			found: 1,
			failed: 1,
			cost: { minMicroUsd: 3_100_000, maxMicroUsd: 3_600_000 },
			runMs: 7_860_000,
		},
		'48 of 50 videos made, 1 found, 1 failed; about 3.10–3.60 USD; 2 h 11 min of GPU',
	],
	['without costs', { made: 2, runMs: 30_000 }, '2 of 2 videos made; 30 s of GPU'],
	['a lone item', { made: 1, runMs: 30_000 }, undefined],
	['jobs that nobody waits for', { going: 50 }, undefined],
])('%s in one line', (_, tally, text) => {
	expect(tallyText({ ...NOTHING, ...tally })).toBe(text);
});

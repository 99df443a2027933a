import { expect, it } from '@jest/globals';
import { reportFrom } from '../../../../lib/generation/report/report';
import { jobReport } from '../../../../lib/generation/report/reportFields';

const job = {
	job_id: 'job-1',
	endpoint_id: 'endpoint-1',
	user_id: 'anna',
	avatar_id: 'a1',
	output_video_key: 'anna/a1/video.mp4',
	output_thumbnail_key: null,
	submitted_at: '2026-01-02T03:04:05.000Z',
};
const done = { status: 'COMPLETED', minio_key: 'anna/a1/video.mp4', width: 1280 };
const noted = jobReport.parse({ ...job, ...done });

it('reads a report that was written down', () => {
	expect(reportFrom({ ...noted, of_a_newer_worker: 7 })).toEqual({
		...noted,
		of_a_newer_worker: 7,
	});
});

it('a field that another version wrote in another way is blank, and costs nothing else', () => {
	expect(reportFrom({ ...noted, width: '1280', warnings: 'none' })).toEqual({
		...noted,
		width: null,
		warnings: [],
	});
});

it.each(['job_id', 'status', 'endpoint_id'])('without %s it is no report', (field) => {
	expect(reportFrom({ ...noted, [field]: 7 })).toBeUndefined();
});

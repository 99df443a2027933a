import { expect, it } from '@jest/globals';
import { workerLinkFaults } from '../../../../lib/generation/request/workerLinks';

const RUNPOD = 'https://api.runpod.ai/v2';

it.each([
	['http://localhost:9000/a.png', true],
	['http://minio:9000/avatars/a.png?X-Amz-Signature=x', true],
	['http://127.0.0.1/a.png', true],
	['http://127.1/a.png', true],
	['http://0.0.0.0:9000/a.png', true],
	['http://169.254.169.254/latest', true],
	['http://s3.localhost./a.png', true],
	['http://[::1]/a.png', true],
	['http://[::]/a.png', true],
	['http://[::ffff:127.0.0.1]/a.png', true],
	['http://[fe80::1]/a.png', true],
	['https://cdn.example.com/a.png', false],
	['https://localhost.example.com/a.png', false],
	// The image of a worker may be in a network of the user's.
	['http://192.168.1.5/a.png', false],
	['http://10.0.0.2/a.png', false],
	['http://minio.internal/a.png', false],
	['http://[fd00::1]/a.png', false],
	['http://[::ffff:8.8.8.8]/a.png', false],
])('%s cannot be opened by a worker: %s', (url, isFault) => {
	for (const field of ['image_url', 'driving_video_url']) {
		const faults = workerLinkFaults({ [field]: url }, RUNPOD);
		expect(faults.map((fault) => fault.field)).toEqual(isFault ? [field] : []);
	}
});

it('a RunPod on this machine opens what is on it, and of one that is not known nothing is said', () => {
	const contract = { image_url: 'http://localhost:9000/a.png', driving_video_url: 7 };
	expect(workerLinkFaults(contract, 'http://127.0.0.1:8000/v2')).toEqual([]);
	expect(workerLinkFaults(contract, undefined)).toEqual([]);
	expect(workerLinkFaults(contract, RUNPOD)).toEqual([
		{
			field: 'image_url',
			message:
				'is at localhost:9000, which only your own machine knows: the worker on RunPod cannot open it',
			remedy: expect.stringContaining('Binary File'),
		},
	]);
});

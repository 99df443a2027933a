import { afterEach, expect, it, jest } from '@jest/globals';
import type { IExecuteFunctions } from 'n8n-workflow';
import { clock } from '../../../../nodes/WanAvatar/n8n/connections';
import { binaryFile } from '../../../../nodes/WanAvatar/n8n/binaryFile';

afterEach(() => {
	jest.restoreAllMocks();
});

// As n8n in queue mode with PostgreSQL answers for a file of 300 MB: never.
const context: IExecuteFunctions = {
	getNodeParameter: () => 'data',
	getInputData: () => [{ json: {}, binary: { data: {} } }],
	getExecutionCancelSignal: () => undefined,
	helpers: {
		assertBinaryData: () => ({ id: 'database:1', fileName: 'large.mp4' }),
		getBinaryStream: async () => await new Promise(() => undefined),
	},
} as never;

it('a file that n8n never gives out ends after a minute, with the setting that mends it', async () => {
	const started = performance.now();
	jest
		.spyOn(clock, 'monotonic')
		.mockImplementation(() => started + (performance.now() - started) * 1000);
	jest
		.spyOn(clock, 'timeout')
		.mockImplementation((ms) => AbortSignal.timeout(Math.ceil(ms / 1000)));
	const { open } = await binaryFile(context, 0, 'drivingVideoBinaryField');

	await expect(open()).rejects.toMatchObject({
		message: 'n8n gave nothing of the file "large.mp4" for 60 seconds',
		remedy: expect.stringMatching(/256 MB.*N8N_DEFAULT_BINARY_DATA_MODE=filesystem/),
	});
});

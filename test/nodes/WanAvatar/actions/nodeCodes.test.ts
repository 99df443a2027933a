import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codesOfN8n } from '../engine/codesOfN8n';
import { generateForm, startRig, type Rig } from '../engine/rig';

const codes = codesOfN8n();

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy');
});
afterAll(async () => {
	await rig.close();
});

it('n8n knows these codes', () => {
	expect(codes).toEqual(expect.arrayContaining(['ECONNREFUSED', 'ETIMEDOUT', 'GETADDRINFO']));
	expect(codes.length).toBeGreaterThanOrEqual(16);
});

describe.each(codes)('%s keeps its place', (code) => {
	it('in the words of a worker', async () => {
		const words = `connect ${code} 10.0.0.7:9000`;
		rig.queue.script({ kind: 'failed', error: { error_message: words }, times: 1 });

		const { error } = await rig.run(generateForm);

		expect(error?.message).toMatch(/^Job \S+-u1 failed on the worker: /);
		expect(error?.message).toContain(words);
		expect(error?.description).not.toMatch(/Retry On Fail/i);
	});

	it('in a name of the form', async () => {
		const form = {
			...generateForm,
			portraitSource: 'binary',
			portraitBinaryField: code.toLowerCase(),
		};

		const { error } = await rig.run(form, { files: { photo: 'examples/media/portrait.png' } });

		expect(error?.message).toMatch(
			new RegExp(`^Portrait Binary Field names "${code.toLowerCase()}", but the files`),
		);
	});
});

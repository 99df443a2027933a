import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openConsole, type Console } from './console';
import { startRig, type Rig } from './rig';

jest.setTimeout(60_000);

let rig: Rig;
let person: Console;

beforeEach(async () => {
	rig = await startRig();
	person = openConsole(rig);
	await rig.deploy();
	rig.clearCalls();
});

afterEach(async () => {
	await rig.close();
});

/** The lists tell what there is now, once more, however it is changed before the plan is confirmed. */
function showAsItIsNow(): void {
	const { templates, endpoints } = rig.management.contents();
	const answer = { kind: 'answer', status: 200 } as const;
	const body = (lists: object) => JSON.stringify(lists);
	rig.management.fault({ route: 'listTemplates', ...answer, body: body({ templates }) });
	rig.management.fault({ route: 'listEndpoints', ...answer, body: body({ endpoints }) });
}

describe('what is changed in the console between plan and yes', () => {
	it('stays, on template and endpoint', async () => {
		showAsItIsNow();
		const env = { MINIO_BUCKET: 'avatar-templates' };
		await person.change('templates', { env: { ...env, LOG_LEVEL: 'debug' } });
		await person.change('serverless', {
			env: { ...env, HF_TOKEN: 'hf_1234' },
			workers: { max: 20 },
		});

		const { exitCode } = await rig.command(['deploy', '--yes', '--idle-timeout', '30'], {
			MINIO_BUCKET: 'another-bucket',
		});

		expect(exitCode).toBe(0);
		expect(rig.management.contents()).toMatchObject({
			templates: [{ env: { LOG_LEVEL: 'debug', MINIO_BUCKET: 'another-bucket' } }],
			endpoints: [
				{
					env: { HF_TOKEN: 'hf_1234', MINIO_BUCKET: 'another-bucket' },
					workers: { max: 20, idleTimeout: 30 },
				},
			],
		});
	});

	it('needs no change where it is what is wanted already', async () => {
		showAsItIsNow();
		await person.change('serverless', { workers: { max: 20 } });
		rig.clearCalls();

		const { exitCode, out } = await rig.command([
			'deploy',
			'--yes',
			'--json',
			'--workers-max',
			'20',
		]);

		expect(exitCode).toBe(0);
		expect(rig.writes()).toEqual([]);
		expect(JSON.parse(out.join('\n'))).toMatchObject({ changed: false });
	});
});

it.each(['getEndpoint', 'updateEndpoint'] as const)(
	'an endpoint that RunPod does not know any more (%s) does not count as existing',
	async (route) => {
		rig.management.fault({ route, kind: 'answer', status: 404 });

		const { exitCode, err } = await rig.command(['deploy', '--yes', '--workers-max', '20']);

		expect(exitCode).toBe(1);
		expect(err.at(-1)).toMatch(/What exists now: registry auth [^,]*, template [^,]*\. Deploying/);
	},
);

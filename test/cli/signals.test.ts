import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startProgram } from './program';
import { startRig, type Rig } from '../lib/deployment/rig';

jest.setTimeout(60_000);

const NEVER_MS = 600_000;
const STARTING = 'A worker is starting';
const ENDS_WITHIN_MS = 2000;

let rig: Rig;

async function rigWith(coldStartMs: number): Promise<void> {
	rig = await startRig({ queue: { coldStartMs } });
}

afterEach(async () => {
	await rig.close();
});

function start(args: string[], changes = {}) {
	return startProgram(args, { ...rig.environment, ...changes });
}

function workers(): unknown {
	return rig.management.contents().endpoints.map(({ workers }) => workers);
}

describe('deploy --wait', () => {
	beforeEach(async () => {
		await rigWith(NEVER_MS);
	});

	it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
		'sets min workers back after %s, and says so at once',
		async (signal) => {
			const program = start(['deploy', '--yes', '--wait']);
			await program.until(STARTING);
			expect(workers()).toMatchObject([{ min: 1 }]);
			program.child.kill(signal);
			await program.until('back to 0 first, which is tried for up to 30 s. Ctrl+C again');
			const { exitCode, tookMs } = await program.ended();
			expect(exitCode).toBe(130);
			expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
			expect(workers()).toMatchObject([{ min: 0, max: 1 }]);
			expect(program.err()).toContain('Stopped while waiting for a worker of the endpoint');
			expect(program.out()).toContain(rig.queue.baseUrl);
		},
	);

	it('takes a Ctrl+C that npm passes on too for one', async () => {
		const program = start(['deploy', '--yes', '--wait']);
		await program.until(STARTING);
		program.child.kill('SIGINT');
		program.child.kill('SIGHUP');
		await sleep(50);
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(130);
		expect(workers()).toMatchObject([{ min: 0 }]);
	});

	it('leaves at once at a second Ctrl+C, and says what stays and what to do', async () => {
		const program = start(['deploy', '--yes', '--wait']);
		await program.until(STARTING);
		rig.management.fault({ route: 'getEndpoint', kind: 'hang', times: 50 });
		program.child.kill('SIGINT');
		await program.until('Stopping');
		await sleep(700);
		program.child.kill('SIGINT');
		const { exitCode, tookMs } = await program.ended();
		expect(exitCode).toBe(130);
		expect(tookMs).toBeLessThan(500);
		const [endpoint] = rig.management.contents().endpoints;
		expect(program.err()).toContain(
			`Left at once. A worker of the endpoint ${String(endpoint?.id)} is still kept warm, which is paid until its min workers are set back to 0: deploy again`,
		);
	});

	it('goes on setting back while RunPod has faults', async () => {
		const program = start(['deploy', '--yes', '--wait']);
		await program.until(STARTING);
		rig.management.fault({ route: 'updateEndpoint', kind: 'answer', status: 502, times: 6 });
		rig.management.fault({ route: 'getEndpoint', kind: 'cut', times: 2 });
		program.child.kill('SIGHUP');
		expect((await program.ended()).exitCode).toBe(130);
		expect(workers()).toMatchObject([{ min: 0 }]);
	});

	it('sets back what it may have raised when the answer hangs', async () => {
		rig.management.fault({ route: 'updateEndpoint', kind: 'hang', accept: true });
		const program = start(['deploy', '--yes', '--wait']);
		await program.until('Waiting for the first worker');
		while (JSON.stringify(workers()).includes('"min":0')) await sleep(20);
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(130);
		expect(program.err()).toContain('The endpoint is deployed, and takes jobs.');
		expect(program.err()).not.toContain('may or may not have happened');
		expect(workers()).toMatchObject([{ min: 0 }]);
	});

	it('leaves what another has set meanwhile', async () => {
		const program = start(['deploy', '--yes', '--wait'], { RUNPOD_WORKERS_MAX: '3' });
		await program.until(STARTING);
		const [endpoint] = await rig.client.listEndpoints();
		if (!endpoint) throw new Error('no endpoint');
		await rig.client.updateEndpoint(endpoint, { workers: { min: 2, max: 3, idleTimeout: 60 } });
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(130);
		expect(workers()).toMatchObject([{ min: 2, max: 3 }]);
	});

	it('that was killed is told of by plan, health and deploy, and deploy sets it back when it is told to', async () => {
		const program = start(['deploy', '--yes', '--wait']);
		await program.until(STARTING);
		program.child.kill('SIGKILL');
		await program.ended();
		expect(workers()).toMatchObject([{ min: 1 }]);
		const health = await rig.command(['health']);
		expect(health.out.at(-1)).toMatch(
			/^ {2}Note: 1 worker is kept warm \(min workers is 1\) and paid all the time.*set min workers to 0/,
		);
		const plan = await rig.command(['plan']);
		expect(plan.out.join('\n')).toMatch(
			/Note: 1 worker is kept warm now by the endpoint wan-avatar .* Deploying leaves min workers at 1\. If that is not wanted, set min workers \(RUNPOD_WORKERS_MIN\) to 0\./,
		);
		await rig.command(['deploy', '--yes']);
		expect(workers()).toMatchObject([{ min: 1 }]);
		const deploy = await rig.command(['deploy', '--yes', '--workers-min', '0']);
		expect(deploy.err.join('\n')).toContain('1 worker is kept warm now');
		expect(workers()).toMatchObject([{ min: 0 }]);
		expect((await rig.command(['health'])).out.join()).not.toContain('kept warm');
	});
});

it.each(['stdout and stderr', 'stderr'])(
	'deploy --wait sets min workers back when nobody reads its %s any more',
	async (closed) => {
		await rigWith(1500);
		const program = start(['deploy', '--yes', '--wait']);
		await program.until(STARTING);
		expect(workers()).toMatchObject([{ min: 1 }]);
		program.child.stderr?.destroy();
		if (closed !== 'stderr') program.child.stdout?.destroy();
		await program.ended();
		expect(program.child.signalCode).toBeNull();
		expect(workers()).toMatchObject([{ min: 0 }]);
	},
);

it('deploy --wait notices within seconds that its reader has gone, though nothing new is to be said', async () => {
	await rigWith(NEVER_MS);
	const program = start(['deploy', '--yes', '--wait']);
	await program.until(STARTING);
	program.child.stderr?.destroy();
	program.child.stdout?.destroy();
	const { tookMs } = await program.ended();
	expect(tookMs).toBeLessThan(15_000);
	expect(workers()).toMatchObject([{ min: 0 }]);
});

describe('a result that nobody can read', () => {
	beforeEach(async () => {
		await rigWith(0);
	});

	it.each([['plan'], ['deploy', '--yes'], ['update-image', '--yes']])(
		'of %s ends with 130, without a word of stopping what is done',
		async (...args) => {
			if (args[0] === 'update-image') await rig.deploy();
			const program = start(args);
			program.child.stdout?.destroy();
			const { exitCode } = await program.ended();
			expect(exitCode).toBe(130);
			expect(program.err()).not.toContain('Stopping');
			expect(program.err()).toContain('Next: ');
		},
	);

	it('since the disk is full ends with 1, and says so', async () => {
		const words = ['-c', `'${process.execPath}' dist/cli/wan-avatar.js plan > /dev/full`];
		const child = spawn('sh', words, { env: rig.environment });
		let err = '';
		child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
		await once(child, 'close');
		expect(child.exitCode).toBe(1);
		expect(err).toContain('wan-avatar: Not all of the output could be written (ENOSPC)');
		expect(err).not.toContain('Stopping');
	});
});

describe('what is said at Ctrl+C', () => {
	beforeEach(async () => {
		await rigWith(0);
	});

	it('names no step that is not begun any more', async () => {
		rig.management.fault({ route: 'createTemplate', kind: 'drip', everyMs: 1 });
		const program = start(['deploy', '--yes']);
		await program.until('Creating template');
		while (!rig.management.calls().some(({ operation }) => operation === 'createTemplate'))
			await sleep(5);
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(130);
		expect(program.err()).not.toContain('Creating endpoint');
		expect(program.err()).toContain('What exists now: ');
	});

	it('just before the wait for a worker is that the endpoint is deployed', async () => {
		const isWaiting = (line: string) => line.startsWith('Waiting for the first worker');
		const args = ['deploy', '--yes', '--wait', '--json'];
		const { exitCode, out } = await rig.command(args, {}, isWaiting);
		expect(exitCode).toBe(130);
		const [endpoint] = rig.management.contents().endpoints;
		expect(JSON.parse(out.join('\n'))).toMatchObject({
			error: {
				code: 'STOPPED',
				message: `Stopped while waiting for a worker of the endpoint ${String(endpoint?.id)}`,
				remedy: 'The endpoint is deployed, and takes jobs.',
				details: { endpoint_id: endpoint?.id },
			},
		});
		expect(workers()).toMatchObject([{ min: 0 }]);
	});
});

describe('Ctrl+C ends within 2 s', () => {
	beforeEach(async () => {
		await rigWith(0);
	});

	const commands = [
		['plan'],
		['deploy', '--yes'],
		['update-image', '--yes'],
		['destroy', '--yes'],
		['health'],
	];

	it.each(
		(['silent', 'drip'] as const).flatMap((kind) =>
			commands.map((args): [string, typeof kind, string[]] => [args.join(' '), kind, args]),
		),
	)('%s although the management API is bad: %s', async (_name, kind, args) => {
		rig.management.fault({ kind, times: Infinity });
		const program = start(args);
		while (rig.management.calls().length === 0) await sleep(20);
		await sleep(300);
		program.child.kill('SIGINT');
		const { exitCode, tookMs } = await program.ended();
		expect(exitCode).toBe(130);
		expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
		expect(program.err()).toContain('Stopped while RunPod was asked to list the');
	});

	it('health although the queue API drips', async () => {
		await rig.deploy();
		rig.queue.fault({ route: 'health', kind: 'drip' });
		rig.queue.clearCalls();
		const program = start(['health']);
		while (rig.queue.calls('health').length === 0) await sleep(20);
		program.child.kill('SIGINT');
		const { exitCode, tookMs } = await program.ended();
		expect(exitCode).toBe(130);
		expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
	});

	it.each([
		[
			'deploy',
			'createTemplate',
			/create the template .*What exists now: registry auth wan-avatar/s,
		],
		['deploy', 'createEndpoint', /create the endpoint .*What exists now: .*template wan-avatar-/s],
		['destroy', 'deleteEndpoint', /delete the endpoint .*What exists now: .*template wan-avatar-/s],
	] as const)(
		'%s while %s hangs, and says what may have happened',
		async (command, route, words) => {
			if (command === 'destroy') await rig.deploy();
			rig.management.fault({ route, kind: 'hang', accept: true });
			const program = start([command, '--yes']);
			while (!rig.management.calls().some(({ operation }) => operation === route)) await sleep(20);
			program.child.kill('SIGINT');
			const { exitCode, tookMs } = await program.ended();
			expect(exitCode).toBe(130);
			expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
			expect(program.err()).toContain('It may or may not have happened');
			expect(program.err()).toMatch(words);
		},
	);
});

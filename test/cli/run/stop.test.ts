import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EXIT } from '../../../cli/output/exitCodes';
import { startProgram, type Program } from '../program';
import { CTRL_C, hasScript, typeAtTerminal } from '../pseudoTerminal';
import { FILES, startRunRig, type RunRig } from './runRig';

jest.setTimeout(60_000);

let rig: RunRig;
let out: string;

beforeEach(async () => {
	rig = await startRunRig();
	rig.standIn.queue.script({ kind: 'never' });
	out = join(rig.folder, 'a.mp4');
});

afterEach(async () => {
	await rig.close();
});

function start(args: string[] = []): Program {
	return startProgram(['run', ...FILES, '--out', out, ...args], rig.environment);
}

const inTerminal = hasScript || process.env.SKIP_NOTHING ? describe : describe.skip;

describe('without a terminal', () => {
	it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s cancels the job', async (name) => {
		const program = start(['--json']);
		await program.until('running on worker');
		program.child.kill(name);
		const { exitCode } = await program.ended();
		const [job] = rig.standIn.queue.jobs();
		expect(exitCode).toBe(EXIT.interrupted);
		expect(rig.states()).toEqual(['CANCELLED']);
		expect(program.err()).toContain(
			`Stopping … Job ${job?.id ?? ''} is cancelled first, which is tried for up to 30 s. Ctrl+C again leaves at once.`,
		);
		expect(program.err()).toMatch(
			/wan-avatar: Stopped while job \S+ was not finished \(still running\)\. The job was cancelled on RunPod\.\n$/,
		);
		expect(JSON.parse(program.out())).toMatchObject({
			error: { code: 'STOPPED', details: { job_id: job?.id } },
		});
		expect(existsSync(out)).toBe(false);
	});

	it('a job that is not finished in time is cancelled too, and the flag is named', async () => {
		const program = start(['--timeout-minutes', '0.05']);
		expect((await program.ended()).exitCode).toBe(EXIT.failed);
		expect(rig.states()).toEqual(['CANCELLED']);
		expect(program.err()).toMatch(
			/Job \S+ was not finished after 3 s \(still running\)\. The job was cancelled on RunPod\. Raise --timeout-minutes\.\n$/,
		);
	});

	it('goes on with a job that an earlier run may still wait for, and says so', async () => {
		const first = start();
		await first.until('running on worker');
		const second = start();
		await second.until('of an earlier run is followed on');
		second.child.kill('SIGINT');
		expect((await second.ended()).exitCode).toBe(EXIT.interrupted);
		expect(second.err()).toContain('is cancelled first, unless another run waits for it');
		expect(second.err()).toContain('The job goes on: another execution waits for it.');
		expect(rig.states()).toEqual(['IN_PROGRESS']);
		first.child.kill('SIGINT');
		await first.ended();
		expect(rig.states()).toEqual(['CANCELLED']);
	});

	it('waits for a cancel that RunPod is slow to answer', async () => {
		const program = start();
		await program.until('running on worker');
		rig.standIn.queue.fault({ route: 'cancel', kind: 'answer', status: 502, times: 2 });
		rig.standIn.queue.fault({ route: 'cancel', kind: 'drip', from: 'statusLine', everyMs: 20 });
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(EXIT.interrupted);
		expect(rig.states()).toEqual(['CANCELLED']);
		expect(program.err()).toMatch(/Stopped while job .* The job was cancelled on RunPod\.\n$/);
	});

	it('cancels a job that RunPod names only after the stop', async () => {
		rig.standIn.queue.fault({ route: 'run', kind: 'drip', from: 'statusLine', everyMs: 20 });
		const program = start();
		await rig.untilStates(['IN_PROGRESS']);
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(EXIT.interrupted);
		expect(rig.states()).toEqual(['CANCELLED']);
		const [job] = rig.standIn.queue.jobs();
		expect(program.err()).toContain('A job is on its way to RunPod: it is cancelled');
		expect(program.err()).toMatch(
			new RegExp(`Stopped while .*${job?.id ?? 'no job'}.* The job was cancelled on RunPod\\.\\n$`),
		);
	});

	it('leaves at once at a second Ctrl+C, and says which job may still run and what to do', async () => {
		const program = start();
		await program.until('running on worker');
		rig.standIn.queue.fault({ route: 'cancel', kind: 'silent', times: Infinity });
		program.child.kill('SIGINT');
		await program.until('Stopping');
		await sleep(700);
		program.child.kill('SIGINT');
		const { exitCode, tookMs } = await program.ended();
		const [job] = rig.standIn.queue.jobs();
		expect(exitCode).toBe(EXIT.interrupted);
		// The cancel would be waited for twice as long.
		expect(tookMs).toBeLessThan(15_000);
		expect(program.err()).toContain(
			`Left at once. Job ${job?.id ?? ''} may still run on endpoint ${rig.standIn.queue.endpointId}, which is paid: cancel it in the RunPod console (https://console.runpod.io/`,
		);
	});

	it('says nothing of a job when there is none yet', async () => {
		rig.standIn.storage.fault({ kind: 'silent', times: Infinity });
		const program = start();
		rig.standIn.storage.clearTraffic();
		while (Object.keys(rig.standIn.storage.traffic()).length === 0) await sleep(20);
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(EXIT.interrupted);
		expect(rig.states()).toEqual([]);
		expect(program.err()).not.toContain('job');
	});
});

inTerminal('in a pseudo-terminal (needs script of util-linux)', () => {
	const commandLine = (...args: string[]) =>
		[process.execPath, 'dist/cli/wan-avatar.js', 'run', ...FILES, '--out', out, ...args]
			.map((word) => `'${word}'`)
			.join(' ');

	it('shows how the job is in one line that changes, and Ctrl+C cancels it', async () => {
		const run = typeAtTerminal(commandLine(), rig.environment);
		await run.until('\x1b[1A\x1b[2K  0:0');
		run.press(CTRL_C);
		expect(await run.ended()).toBe(EXIT.interrupted);
		expect(rig.states()).toEqual(['CANCELLED']);
		expect(run.screen()).toMatch(/ {2}0:\d\d running on worker \w+\r\n/);
		expect(run.screen()).toContain('The job was cancelled on RunPod.');
	});
});

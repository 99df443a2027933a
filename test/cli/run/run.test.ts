import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EXIT } from '../../../cli/output/exitCodes';
import { startProgram, type Program } from '../program';
import { DRIVING_VIDEO, FILES, PORTRAIT, startRunRig, type RunRig } from './runRig';

jest.setTimeout(60_000);

const KEY = 'user-avatars/terminal/run/idle.mp4';

let rig: RunRig;
let out: string;

beforeEach(async () => {
	rig = await startRunRig();
	out = join(rig.folder, 'a.mp4');
});

afterEach(async () => {
	await rig.close();
});

function start(args: string[], environment = rig.environment): Program {
	return startProgram(['run', '--out', out, ...args], environment);
}

async function end(
	program: Program,
): Promise<{ exitCode: number | null; out: string; err: string }> {
	const { exitCode } = await program.ended();
	return { exitCode, out: program.out(), err: program.err() };
}

async function stored(key: string): Promise<Buffer> {
	const { storage, bucket } = rig.standIn;
	const found = await storage.read(bucket, key);
	if (!found) throw new Error(`There is no ${key}`);
	return found;
}

function inputs() {
	return rig.standIn.queue.jobs().map(({ input }) => input);
}

describe('one job', () => {
	it('of files of this machine is made, followed line by line, and saved; its path is alone on stdout', async () => {
		const run = await end(start(FILES));
		expect(run.err).toMatch(/^Job \S+ was submitted to endpoint \w+\.\n {2}0:0\d /);
		expect(run.err).toMatch(/Job \S+ is completed: it waited 0 s and ran 0 s\.\n {2}video: \d+x/);
		expect(run.err).toMatch(/ {2}cost: 0\.\d\d(?: to 0\.\d\d)? USD at list prices, on NVIDIA A100/);
		expect(run.err).not.toContain('\x1b');
		expect(run).toMatchObject({ exitCode: EXIT.done, out: `${out}\n` });
		expect(readFileSync(out)).toEqual(await stored(KEY));
		expect(inputs()).toEqual([
			{
				user_id: 'terminal',
				avatar_id: 'run',
				image_minio_path: expect.stringMatching(/^input-avatars\/terminal\/run\/\w{64}\.png$/),
				driving_video_path: expect.stringMatching(/^driving-videos\/terminal\/run\/\w{64}\.mp4$/),
				output_video_key: KEY,
				output_thumbnail_key: 'user-avatars/terminal/run/thumb.jpg',
			},
		]);
		expect(readdirSync(rig.folder)).toEqual(['a.mp4']);
	});

	it('gives one JSON document with --json, and its progress on stderr', async () => {
		const run = await end(start([...FILES, '--json', '--user-id', 'u1', '--avatar-id', 'a1']));
		expect(run.exitCode).toBe(EXIT.done);
		expect(JSON.parse(run.out)).toMatchObject({
			status: 'COMPLETED',
			minio_key: 'user-avatars/u1/a1/idle.mp4',
			endpoint_id: rig.standIn.queue.endpointId,
			cost_usd_max: expect.any(Number),
			file: out,
		});
		expect(run.err).toContain('was submitted to endpoint');
	});

	it('without MinIO settings takes its files along, and downloads the video by its link', async () => {
		const run = await end(start(FILES, rig.withoutMinio));
		expect(run.exitCode).toBe(EXIT.done);
		expect(run.err).toContain('a run after a kill makes and pays for another one');
		expect(readFileSync(out)).toEqual(await stored(KEY));
		const [input] = inputs();
		expect(input?.image_base64).toBe(readFileSync(PORTRAIT, 'base64'));
		expect(input?.driving_video_base64).toBe(readFileSync(DRIVING_VIDEO, 'base64'));
	});

	it('takes addresses and keys of the bucket as they are, and the limit of its run', async () => {
		const [image, video] = ['minio:input-avatars/portrait.png', 'https://example.com/a.mp4'];
		const args = ['--image', image, '--video', video, '--max-run-minutes', '5'];
		expect((await end(start(args))).exitCode).toBe(EXIT.done);
		expect(rig.standIn.queue.jobs()).toMatchObject([
			{
				input: {
					image_minio_path: 'input-avatars/portrait.png',
					driving_video_url: 'https://example.com/a.mp4',
				},
				policy: { executionTimeout: 300_000 },
			},
		]);
	});

	it('takes what is no file here as a key, where the bucket can be asked', async () => {
		const args = ['--image', 'input-avatars/portrait.png', '--video', DRIVING_VIDEO];
		expect((await end(start(args))).exitCode).toBe(EXIT.done);
		const wrong = await end(
			start(['--image', 'portait.png', '--video', DRIVING_VIDEO, '--overwrite']),
		);
		expect(wrong.exitCode).toBe(EXIT.usage);
		expect(wrong.err).toContain(
			'--image, which is no file here, names "portait.png", but there is no such file in bucket',
		);
		expect(rig.states()).toEqual(['COMPLETED']);
	});

	it('of an endpoint that is named is found in the account', async () => {
		const { RUNPOD_ENDPOINT_ID: _, ...environment } = rig.environment;
		const named = [...FILES, '--name', 'wan-avatar-stand-in'];
		expect((await end(start(named, environment))).exitCode).toBe(EXIT.done);
		const unknown = await end(start([...FILES, '--overwrite', '--name', 'other'], environment));
		expect(unknown.exitCode).toBe(EXIT.failed);
		expect(unknown.err).toContain('The account has no endpoint of the name "other"');
	});

	it('that fails says why, and saves nothing', async () => {
		rig.standIn.queue.script({ kind: 'failed', error: 'no face found' });
		const run = await end(start([...FILES, '--json']));
		expect(run.exitCode).toBe(EXIT.failed);
		expect(run.err).toMatch(/wan-avatar: Job \S+ failed on the worker: no face found/);
		expect(JSON.parse(run.out)).toMatchObject({
			error: { code: 'JOB_FAILED', details: { status: 'FAILED' } },
		});
		expect(existsSync(out)).toBe(false);
	});
});

describe('what is wrong is said before anything is sent', () => {
	const isThere = () => {
		writeFileSync(out, 'mine');
	};

	it.each([
		[['--image', PORTRAIT], "required option '--video <video>' not specified"],
		[
			['--image', '', '--video', 'no.mp4'],
			'--image is empty; --video names "no.mp4", which does not exist',
		],
		[
			['--image', 'examples', '--video', DRIVING_VIDEO],
			'--image names "examples", which is no file',
		],
		[['--image', DRIVING_VIDEO, '--video', DRIVING_VIDEO], '--image gives no good file'],
		[['--image', PORTRAIT, '--video', 'https://drive.google.com/file/d/a/view'], '--video is'],
		[[...FILES, '--user-id', 'a/b'], '--user-id '],
		[[...FILES, '--max-run-minutes', '0'], 'must be a number of minutes above 0'],
		[[...FILES, '--out', '/missing/a.mp4'], '--out names a file in /missing, which is no folder'],
		[['--image', 'a'.repeat(5000), '--video', DRIVING_VIDEO], ', which does not exist'],
		[[...FILES, '--out', ''], '--out is empty'],
		[[...FILES, '--out', 'examples'], '--out names examples, which is a folder'],
	])('%j', async (args, words) => {
		const run = await end(start(args, rig.withoutMinio));
		expect(run.err).toContain(words);
		expect(run.exitCode).toBe(EXIT.usage);
		expect(rig.states()).toEqual([]);
	});

	it('MinIO settings are given whole or not at all', async () => {
		const environment = { ...rig.withoutMinio, MINIO_BUCKET: 'avatar-templates' };
		const run = await end(start(FILES, environment));
		expect(run.exitCode).toBe(EXIT.usage);
		expect(run.err).toContain('MINIO_ENDPOINT is missing');
	});

	it('a file that is there is not written over, unless that is asked for', async () => {
		isThere();
		const run = await end(start(FILES));
		expect(run.exitCode).toBe(EXIT.usage);
		expect(run.err).toContain(`--out names ${out}, which is there already. Give another file`);
		expect(rig.states()).toEqual([]);
		expect(readFileSync(out, 'utf8')).toBe('mine');
		expect((await end(start([...FILES, '--overwrite']))).exitCode).toBe(EXIT.done);
		expect(readFileSync(out)).toEqual(await stored(KEY));
	});

	it('a file that comes there while the job runs stays, and the video is saved beside it', async () => {
		let isHeld = true;
		const until = async () => {
			while (isHeld) await sleep(20);
			return undefined;
		};
		rig.standIn.queue.script({ kind: 'held', until });
		const program = start(FILES);
		await program.until('running on worker');
		isThere();
		isHeld = false;
		const run = await end(program);
		expect(run.exitCode).toBe(EXIT.done);
		expect(readFileSync(out, 'utf8')).toBe('mine');
		const [job] = rig.standIn.queue.jobs();
		expect(run.out).toBe(`${out.replace('.mp4', `-${job?.id ?? ''}.mp4`)}\n`);
		expect(readFileSync(run.out.trim())).toEqual(await stored(KEY));
	});
});

describe('nothing is paid twice', () => {
	it('a run after a kill follows the job, whenever that was killed', async () => {
		rig.standIn.queue.script({ kind: 'never', times: 1 });
		const program = start(FILES);
		await program.until('running on worker');
		program.child.kill('SIGKILL');
		await program.ended();
		const second = start(FILES);
		await second.until('of an earlier run is followed on endpoint');
		await second.until('running on worker');
		expect(rig.states()).toEqual(['IN_PROGRESS']);
		second.child.kill('SIGKILL');
		await second.ended();
	});

	it('a video that could not be saved is taken from the bucket by the next run', async () => {
		const folder = join(rig.folder, 'videos');
		mkdirSync(folder);
		out = join(folder, 'a.mp4');
		rig.standIn.queue.script({
			kind: 'held',
			times: 1,
			until: async () => {
				await sleep(0);
				rmSync(folder, { recursive: true });
				return undefined;
			},
		});
		const lost = await end(start(FILES));
		expect(lost.exitCode).toBe(EXIT.failed);
		expect(lost.err).toContain(`could not be written to ${out} (ENOENT)`);
		expect(lost.err).toContain(`its video is stored as ${KEY}. Run it again with another --out`);
		out = join(rig.folder, 'b.mp4');
		expect((await end(start(FILES))).exitCode).toBe(EXIT.done);
		expect(rig.states()).toEqual(['COMPLETED']);
		expect(readFileSync(out)).toEqual(await stored(KEY));
		out = join(rig.folder, 'c.mp4');
		expect((await end(start(FILES))).exitCode).toBe(EXIT.done);
		expect(rig.states()).toEqual(['COMPLETED', 'COMPLETED']);
	});
});

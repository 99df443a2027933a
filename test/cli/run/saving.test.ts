import { EventEmitter, once } from 'node:events';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EXIT } from '../../../cli/output/exitCodes';
import { startProgram, type Program } from '../program';
import type { Environment } from '../../lib/deployment/rig';
import { DRIVING_VIDEO, FILES, PORTRAIT, startRunRig, type RunRig } from './runRig';

jest.setTimeout(60_000);

const KEY = 'user-avatars/terminal/run/idle.mp4';

let rig: RunRig;
let out: string;
let host: Server | undefined;

beforeEach(async () => {
	rig = await startRunRig();
	out = join(rig.folder, 'a.mp4');
});

afterEach(async () => {
	host?.closeAllConnections();
	host?.close();
	host = undefined;
	await rig.close();
});

function start(args: string[] = []): Program {
	return startProgram(['run', ...FILES, '--out', out, ...args], rig.withoutMinio);
}

/** A worker whose link leads to this. */
async function linkTo(listener: RequestListener): Promise<void> {
	const server = createServer(listener);
	host = server;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('No port');
	const video_url = `http://127.0.0.1:${String(address.port)}/a.mp4`;
	rig.standIn.queue.script({ kind: 'output', output: { video_url, minio_key: KEY } });
}

describe('a file that cannot be made is refused before the job is paid for', () => {
	it.each([
		['a file in a file', 'file/a.mp4', 'which is no folder'],
		['a folder that is not there', 'new/', 'which cannot be written (EISDIR)'],
		['a name that is too long', `${'a'.repeat(300)}.mp4`, 'which cannot be written (ENAMETOOLONG)'],
		['a link to nothing', 'link', 'which cannot be written (EEXIST)'],
	])('%s', async (_what, name, words) => {
		writeFileSync(join(rig.folder, 'file'), '');
		symlinkSync('nothing', join(rig.folder, 'link'));
		out = `${rig.folder}/${name}`;
		const program = start();
		expect((await program.ended()).exitCode).toBe(EXIT.usage);
		expect(program.err()).toContain(words);
		expect(rig.states()).toEqual([]);
		expect(existsSync(out)).toBe(name === 'file');
	});

	it('an input of the job, also with --overwrite', async () => {
		out = join(rig.folder, 'portrait.png');
		copyFileSync(PORTRAIT, out);
		const program = start(['--overwrite', '--image', out]);
		expect((await program.ended()).exitCode).toBe(EXIT.usage);
		expect(program.err()).toContain('which is given as an input too');
		expect(readFileSync(out)).toEqual(readFileSync(PORTRAIT));
	});

	it('a device, also with --overwrite', async () => {
		out = join(rig.folder, 'device');
		symlinkSync('/dev/null', out);
		const program = start(['--overwrite']);
		expect((await program.ended()).exitCode).toBe(EXIT.usage);
		expect(program.err()).toContain('which is no file that can be replaced');
		expect(rig.states()).toEqual([]);
	});
});

describe('a finished job', () => {
	it('whose link is refused ends in one error', async () => {
		await linkTo((_request, response) => {
			response.writeHead(403).end();
		});
		const program = start(['--json']);
		expect((await program.ended()).exitCode).toBe(EXIT.failed);
		expect(JSON.parse(program.out())).toMatchObject({ error: { code: 'STORAGE' } });
		expect(program.err()).toMatch(/answered with HTTP 403\. The job is finished .*\n$/);
		expect(program.err()).not.toContain('at ');
	});

	it('whose copying is stopped says that another run pays for another', async () => {
		const asked = new EventEmitter();
		const isAsked = once(asked, 'request');
		await linkTo((_request, response) => {
			response.write('a');
			asked.emit('request');
		});
		const program = start();
		await isAsked;
		program.child.kill('SIGINT');
		expect((await program.ended()).exitCode).toBe(EXIT.interrupted);
		expect(program.err()).toMatch(
			/Stopped while the video of job \S+ was saved\. The job is finished and paid for; its video is stored as \S+\. Running it again makes another, which is paid for too\.\n$/,
		);
		expect(existsSync(out)).toBe(false);
	});
});

describe('a video that came in the answer, and cannot be written,', () => {
	const lost = async (environment: Environment) => {
		const folder = join(rig.folder, 'videos');
		mkdirSync(folder);
		out = join(folder, 'a.mp4');
		const video_base64 = readFileSync(DRIVING_VIDEO, 'base64');
		rig.standIn.queue.script({ kind: 'output', output: { video_base64 } });
		const program = startProgram(['run', ...FILES, '--out', out], environment);
		await program.until('was submitted');
		rmSync(folder, { recursive: true });
		expect((await program.ended()).exitCode).toBe(EXIT.failed);
		return program.err();
	};

	it('is to be had by the status of its job', async () => {
		const err = await lost(rig.withoutMinio);
		expect(err).toContain('(ENOENT). The job is finished and paid for');
		expect(err).toContain('Get Status in n8n with its job ID gives out its video for half an hour');
	});

	it('is taken by the next run, where there is a record', async () => {
		await lost(rig.environment);
		out = join(rig.folder, 'b.mp4');
		const program = startProgram(['run', ...FILES, '--out', out], rig.environment);
		expect((await program.ended()).exitCode).toBe(EXIT.done);
		expect(rig.states()).toEqual(['COMPLETED']);
		expect(readFileSync(out)).toEqual(readFileSync(DRIVING_VIDEO));
	});
});

it('without a record no promise is made that the same is not sent again', async () => {
	const { queue } = rig.standIn;
	queue.fault({ route: 'run', kind: 'answer', status: 200, body: '<html>', accept: true });
	const program = start();
	expect((await program.ended()).exitCode).toBe(EXIT.failed);
	expect(program.err()).toContain('the job may be running');
	expect(program.err()).toContain('Running it again sends another job, which is paid for too.');
	expect(program.err()).not.toContain('It is not sent again before');
});

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER, PORTRAIT, type Rig, runJob, startRig, startServer, VIDEO_KEY } from './workerRig';

jest.setTimeout(120_000);

let rig: Rig;

beforeAll(async () => {
	rig = await startRig();
});
afterAll(async () => {
	await rig.close();
});

const large = Buffer.alloc(8 * 1024 * 1024, 1);
const head = (status: string, ...lines: string[]) =>
	`HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

/** What a web server does with a request, on its bare connection. */
const servers: [string, (socket: Socket) => void, RegExp][] = [
	[
		'sends headers and closes',
		(socket) => socket.end(head('200 OK', 'content-length: 1000')),
		/broke off$/,
	],
	[
		'sends less than it says',
		(socket) => socket.end(`${head('200 OK', 'content-length: 1000')}short`),
		/broke off$/,
	],
	[
		'closes while much of it waits to be read',
		(socket) => {
			socket.write(head('200 OK', 'content-length: 90000000'));
			socket.end(large);
		},
		/broke off$/,
	],
	[
		'resets the connection in the middle',
		(socket) => {
			socket.write(head('200 OK', 'content-length: 90000000'));
			socket.write(large, () => socket.resetAndDestroy());
		},
		/broke off$/,
	],
	[
		'sends chunks that are none',
		(socket) => socket.end(`${head('200 OK', 'transfer-encoding: chunked')}zz\r\nnot a chunk`),
		/(broke off|cannot be reached)$/,
	],
	[
		'speaks no HTTP',
		(socket) => socket.end('220 mail.example.com ESMTP\r\n'),
		/cannot be reached$/,
	],
	['closes at once', (socket) => socket.end(), /cannot be reached$/],
	[
		'closes within a page that says no',
		(socket) => {
			socket.write(head('503 Service Unavailable', 'content-length: 90000000'));
			socket.end(large);
		},
		/answered 503$/,
	],
	[
		'redirects for ever',
		(socket) => socket.end(head('302 Found', 'location: /again.png', 'connection: close')),
		/cannot be reached$/,
	],
	[
		'redirects to a file of the machine',
		(socket) => socket.end(head('302 Found', 'location: file:///etc/hosts')),
		/cannot be reached$/,
	],
];

describe('an input from a web server that', () => {
	it.each(servers)('%s fails the job, and no more than the job', async (_what, answer, message) => {
		const server = createServer((socket) => {
			socket.on('error', () => undefined);
			socket.once('data', () => {
				answer(socket);
			});
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const address = server.address();
		const port = typeof address === 'object' && address ? address.port : 0;
		const image_url = `http://127.0.0.1:${String(port)}/portrait.png`;

		await expect(
			runJob(rig.worker, { ...OWNER, image_url, driving_video_path: VIDEO_KEY }),
		).rejects.toMatchObject({
			message: expect.stringMatching(/^portrait download failed: 127\.0\.0\.1:\d+\/portrait\.png /),
		});
		await expect(
			runJob(rig.worker, { ...OWNER, image_url, driving_video_path: VIDEO_KEY }),
		).rejects.toMatchObject({ message: expect.stringMatching(message) });
		server.close();
	});

	it('redirects makes a video all the same', async () => {
		const server = await startServer((request, response) => {
			if (request.url === '/a.png') response.writeHead(302, { location: '/b.png' }).end();
			else response.end(readFileSync(PORTRAIT));
		});
		const image_url = `${server.url}/a.png`;
		const { output } = await runJob(rig.worker, {
			...OWNER,
			image_url,
			driving_video_path: VIDEO_KEY,
			output_video_key: 'redirected/idle.mp4',
		});
		expect(output).toMatchObject({ minio_key: 'redirected/idle.mp4' });
		await server.close();
	});
});

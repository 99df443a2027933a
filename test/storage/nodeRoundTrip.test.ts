import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Container } from '@n8n/di';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import * as z from 'zod/v4';
import type { Engine } from '../../demo/engine';
import { workflowOf } from '../nodes/WanAvatar/engine/rig';
import { oddNames } from './oddKeys';
import { open, targets, type Target } from './target';

const clip = 'examples/media/driving-video.mp4';
const portrait = 'examples/media/portrait.png';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const sha256Of = (path: string) => sha256(readFileSync(path));

let userFolder: string;

beforeAll(() => {
	userFolder = mkdtempSync(join(tmpdir(), 'wan-avatar-round-trip-'));
	// n8n-core reads these when it is loaded.
	process.env.N8N_USER_FOLDER = userFolder;
	process.env.N8N_ENCRYPTION_KEY = 'a key for tests alone';
	process.env.N8N_LOG_LEVEL = 'silent';
});
afterAll(() => {
	rmSync(userFolder, { recursive: true, force: true });
});

describe.each(targets)("the node in n8n's engine, in front of %s", (_name, openTarget) => {
	let target: Target;
	let engine: Engine;

	beforeAll(async () => {
		target = await openTarget();
		const { startEngine } = await import('../../demo/engine');
		const credentials = { minioApi: target.credential };
		engine = await startEngine({ folder: resolve('.'), loading: 'lazy', credentials });
	});
	afterAll(async () => {
		await target.close();
	});

	const run = async (parameters: object, file?: string): Promise<INodeExecutionData[]> => {
		const files = file === undefined ? {} : { data: file };
		const { error, items } = await engine.run(workflowOf({ ...parameters }, { files }));
		if (error) throw error;
		return items('Wan Avatar');
	};
	const template = async (operation: string, more: object, file?: string) =>
		await run({ resource: 'template', operation, ...more }, file);
	const video = async (operation: string, more: object) =>
		await run({ resource: 'video', operation, ...more });

	const openedSha256 = async (link: unknown): Promise<string> => {
		const { status, body } = await open(z.string().parse(link), target.credential);
		expect(status).toBe(200);
		return sha256(body);
	};
	const keptSha256 = async (file: IBinaryData | undefined): Promise<string> => {
		if (!file) throw new Error('There is no such file');
		const { BinaryDataService } = await import('n8n-core');
		return sha256(await Container.get(BinaryDataService).getAsBuffer(file));
	};
	const put = async (key: string, path: string, contentType: string) => {
		const { length } = readFileSync(path);
		await target.bucket.put(key, createReadStream(path), length, contentType);
	};
	const keysUnder = async (prefix: string) =>
		(await target.bucket.listPage({ prefix })).objects.map(({ key }) => key);

	it.each(oddNames)(
		'brings the template %j through Upload, Get Many, Get Links, fetch and Delete',
		async (name) => {
			const path = `odd/${name}/${name}.mp4`;
			const form = { templateBinaryField: 'data', templatePath: path };
			const [uploaded] = await template('upload', form, clip);
			expect(uploaded?.json).toMatchObject({ driving_video_path: path });

			const listed = await template('getMany', { templatePrefix: `odd/${name}/` });
			expect(listed.map(({ json }) => json.driving_video_path)).toEqual([path]);

			const [links] = await video('getLinks', { videoKey: path });
			expect(await openedSha256(links?.json.video_url)).toBe(sha256Of(clip));

			const reference = { __rl: true, mode: 'path', value: path };
			await template('delete', { template: reference, templatePrefix: 'odd/' });
			expect(await keysUnder('odd/')).toEqual([]);
		},
	);

	it.each(oddNames)(
		'brings the video %j through Get Many, Get Links, fetch, Download and Delete',
		async (name) => {
			const folder = `user-avatars/${name}/${name}`;
			const keys = { videoKey: `${folder}/${name}.mp4`, thumbnailKey: `${folder}/${name}.jpg` };
			await put(keys.videoKey, clip, 'video/mp4');
			await put(keys.thumbnailKey, portrait, 'image/png');

			const listed = await video('getMany', {});
			expect(listed.map(({ json }) => json)).toMatchObject([
				{ minio_key: keys.videoKey, thumbnail_key: keys.thumbnailKey },
			]);

			const linkOptions = { downloadFileName: `${name}.mp4` };
			const [links] = await video('getLinks', { ...keys, linkOptions });
			expect(await openedSha256(links?.json.video_url)).toBe(sha256Of(clip));
			expect(await openedSha256(links?.json.thumbnail_url)).toBe(sha256Of(portrait));

			const [files] = await video('download', keys);
			expect(await keptSha256(files?.binary?.video)).toBe(sha256Of(clip));
			expect(await keptSha256(files?.binary?.thumbnail)).toBe(sha256Of(portrait));

			await video('delete', keys);
			expect(await keysUnder('user-avatars/')).toEqual([]);
		},
	);
});

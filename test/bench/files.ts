import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INodeExecutionData } from 'n8n-workflow';
import type { Engine } from '../../demo/engine';
import { workflowOf } from '../nodes/WanAvatar/engine/rig';
import { AIM_MB, largeVideo, measured, NOT_STREAMED_MB, sha256Of, SIZE_BYTES } from './largeFile';
import { withEngine } from './run';
import { startStandInProcess } from './standinProcess';

async function run(engine: Engine, parameters: object, path?: string): Promise<INodeExecutionData> {
	const files = path === undefined ? {} : { data: path };
	const { error, items } = await engine.run(workflowOf({ ...parameters }, { files }));
	if (error) throw error;
	const [item] = items('Wan Avatar');
	if (!item) throw new Error('There is no item');
	return item;
}

const uploadForm = (templatePath: string) => ({
	resource: 'template',
	operation: 'upload',
	templateBinaryField: 'data',
	templatePath,
});
const downloadForm = (videoKey: string) => ({
	resource: 'video',
	operation: 'download',
	videoKey,
	thumbnailKey: '',
});

/** Upload a template of 300 MB and download it as a video, in filesystem mode: memory over idle, and the same bytes. */
async function main(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-files-'));
	const path = join(folder, 'large.mp4');
	await pipeline(Readable.from(largeVideo()), createWriteStream(path));
	const sha256 = await sha256Of(createReadStream(path));
	const standIn = await startStandInProcess(['--workers', '1']);
	const aim = `(aim: ${String(AIM_MB)})`;
	const size = `${String(SIZE_BYTES / 1024 / 1024)} MB`;

	try {
		await withEngine(standIn.credentials, async (engine) => {
			await run(engine, uploadForm('bench/small.mp4'), 'examples/media/driving-video.mp4');
			await run(engine, downloadForm('bench/small.mp4'));
			await delay(500);
			const form = uploadForm('bench/large.mp4');
			const up = await measured(async () => await run(engine, form, path));
			console.log(
				`upload: ${size} as a template: peak memory grows by ${up.grownMb.toFixed(0)} MB ${aim}`,
			);
			await delay(500);
			const down = await measured(async () => await run(engine, downloadForm('bench/large.mp4')));
			const { id = '' } = down.result.binary?.video ?? {};
			const stored = await Container.get(BinaryDataService).getAsStream(id);
			const isSame = (await sha256Of(stored)) === sha256;
			console.log(
				`download: ${size} as a video: peak memory grows by ${down.grownMb.toFixed(0)} MB ${aim}, ` +
					`same SHA-256 after up and down: ${String(isSame)}`,
			);
			if (!isSame || Math.max(up.grownMb, down.grownMb) > NOT_STREAMED_MB) process.exitCode = 1;
		});
	} finally {
		await standIn.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

void main().then(() => process.exit());

import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'minio';
import { workflowOf } from '../nodes/WanAvatar/engine/rig';
import { AIM_MB, largeVideo, measured, sha256Of, SIZE_BYTES } from './largeFile';
import { sampleForm, withEngine } from './run';
import { startStandInProcess, type Address } from './standinProcess';

async function storedSha256({ minio }: Address, key: string): Promise<string> {
	const { endPoint, port, useSSL, accessKey, secretKey, bucket } = minio;
	const client = new Client({ endPoint, port, useSSL, accessKey, secretKey, region: 'us-east-1' });
	return await sha256Of(await client.getObject(bucket, key));
}

/** A driving video of 300 MB through the binary field, in filesystem mode: memory over idle, and the same bytes. */
async function main(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-files-'));
	const path = join(folder, 'large.mp4');
	await pipeline(Readable.from(largeVideo()), createWriteStream(path));
	const sha256 = await sha256Of(createReadStream(path));
	const standIn = await startStandInProcess(['--workers', '2', '--time-factor', '0.001']);
	const driving = { drivingVideoSource: 'binary', drivingVideoBinaryField: 'data' };
	const form = { ...sampleForm, ...driving, waitForCompletion: false };

	try {
		await withEngine(standIn.credentials, async (engine) => {
			await engine.run(
				workflowOf(form, {
					items: [{ avatar: 'small' }],
					files: { data: 'examples/media/driving-video.mp4' },
				}),
			);
			await delay(500);
			let key = '';
			const { grownMb } = await measured(async () => {
				const { error, items } = await engine.run(
					workflowOf(form, { items: [{ avatar: 'large' }], files: { data: path } }),
				);
				if (error) throw error;
				key = `driving-videos/user_1/large/${sha256}.mp4`;
				if (items('Wan Avatar').length !== 1) throw new Error('There is no item');
			});
			const isSame = (await storedSha256(standIn.address, key)) === sha256;
			console.log(
				`upload: ${String(SIZE_BYTES / 1024 / 1024)} MB through a binary field: peak memory grows by ` +
					`${grownMb.toFixed(0)} MB (aim: ${String(AIM_MB)}), same SHA-256 in the bucket: ${String(isSame)}`,
			);
		});
	} finally {
		await standIn.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

void main().then(() => process.exit(0));

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Credentials, Engine } from '../../demo/engine';

/** The engine with a user folder of its own, quiet; with nodes of packages in other folders too. */
export async function withEngine<T>(
	credentials: Credentials,
	work: (engine: Engine) => Promise<T>,
	otherFolders: readonly string[] = [],
): Promise<T> {
	const userFolder = mkdtempSync(join(tmpdir(), 'wan-avatar-bench-'));
	process.env.N8N_USER_FOLDER = userFolder;
	process.env.N8N_ENCRYPTION_KEY = 'a key for benches alone';
	process.env.N8N_LOG_LEVEL = 'silent';
	try {
		const { startEngine } = await import('../../demo/engine');
		const own = { folder: resolve('.'), loading: 'lazy' } as const;
		return await work(await startEngine({ ...own, otherFolders, credentials }));
	} finally {
		rmSync(userFolder, { recursive: true, force: true });
	}
}

/** A form of *Generate* for the sample media, which the stand-in has in its bucket. */
export const sampleForm = {
	resource: 'avatar',
	operation: 'generate',
	userId: 'user_1',
	avatarId: '={{ $json.avatar }}',
	portraitSource: 'minioPath',
	portraitPath: 'input-avatars/portrait.png',
	drivingVideoSource: 'minioPath',
	drivingVideoPath: 'sitting-woman/driving-video.mp4',
};

import { createHash, randomUUID } from 'node:crypto';
import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputFile } from './inputFile';
import { type MediaInfo, readMediaInfo } from './mediaInfo';
import { RECIPE, renderAvatar, renderThumbnail } from './render';
import { SharedWork, type ShareListener } from './sharedWork';

export interface RenderedAvatar {
	path: string;
	info: MediaInfo;
}

/** Renders each pair of portrait and driving video once and keeps the files in its folder. */
export class RenderCache {
	private readonly videos = new SharedWork<RenderedAvatar>();
	private readonly thumbnails = new SharedWork<string>();
	private renderCount = 0;

	constructor(private readonly folder: string) {}

	/** How many videos were rendered, not copied. */
	renders(): number {
		return this.renderCount;
	}

	async video(
		portrait: InputFile,
		drivingVideo: InputFile,
		signal: AbortSignal,
		onShare: ShareListener,
	): Promise<RenderedAvatar> {
		const path = join(this.folder, `${pairName(portrait, drivingVideo)}.mp4`);
		const make = async (stop: AbortSignal, report: ShareListener): Promise<RenderedAvatar> => {
			await this.keep(path, async (part) => {
				await renderAvatar(portrait.path, drivingVideo.path, part, stop, report);
				this.renderCount += 1;
			});
			return { path, info: await readMediaInfo(path, stop) };
		};
		return await this.videos.get(path, make, signal, onShare);
	}

	/** The path of a JPG made from a rendered video. */
	async thumbnail({ path: video, info }: RenderedAvatar, signal: AbortSignal): Promise<string> {
		const path = video.replace(/mp4$/, 'jpg');
		const make = async (stop: AbortSignal): Promise<string> => {
			await this.keep(path, (part) =>
				renderThumbnail(video, info.durationSeconds ?? 0, part, stop),
			);
			return path;
		};
		return await this.thumbnails.get(path, make, signal);
	}

	/** Settles when no render is under way. */
	async idle(): Promise<void> {
		await Promise.all([this.videos.idle(), this.thumbnails.idle()]);
	}

	/** A file gets its name only when whole, so a stopped render leaves nothing that looks done. */
	private async keep(path: string, make: (part: string) => Promise<void>): Promise<void> {
		if (await exists(path)) return;
		const part = `${path}.${randomUUID()}.part`;
		try {
			await make(part);
			await rename(part, path);
		} finally {
			await rm(part, { force: true });
		}
	}
}

function pairName(portrait: InputFile, drivingVideo: InputFile): string {
	const parts = [portrait.sha256, drivingVideo.sha256, RECIPE];
	return createHash('sha256').update(parts.join('\n')).digest('hex');
}

async function exists(path: string): Promise<boolean> {
	return await access(path).then(
		() => true,
		() => false,
	);
}

import { localFile, type MediaInfo, readMediaInfo } from './mediaInfo';
import { FfmpegError, runFfmpeg } from './ffmpeg';
import type { ShareListener } from './sharedWork';

const WIDTH = 1280;
const HEIGHT = 720;
const FPS = 24;
const MAX_SECONDS = 10;
const THUMBNAIL_SIZE = '640:360';

const FILTERS = [
	`[0:v:0]setpts=PTS-STARTPTS,fps=${String(FPS)},${fill(WIDTH, HEIGHT)}[motion]`,
	`[1:v:0]trim=end_frame=1,setpts=PTS-STARTPTS,${fill(228, 228)},pad=240:240:6:6:white[portrait]`,
	'[motion][portrait]overlay=W-w-32:H-h-32,format=yuv420p[avatar]',
].join(';');

const ENCODING = [
	...['-filter_complex', FILTERS, '-map', '[avatar]', '-map', '0:a:0?'],
	...['-t', String(MAX_SECONDS), '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23'],
	...['-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart', '-map_metadata', '-1'],
	...['-metadata', 'comment=Made by a local stand-in, not by Wan'],
];

/** Changes with everything that changes the picture, so that kept renders of older code are not used. */
export const RECIPE = ENCODING.join(' ');

/**
 * Lays the portrait over the driving video: MP4, H.264 with the video's sound, its length up to 10 s.
 * Throws an Error that names the input that cannot be used.
 */
export async function renderAvatar(
	portrait: string,
	drivingVideo: string,
	output: string,
	signal: AbortSignal,
	onShare: ShareListener,
): Promise<void> {
	await checkPortrait(portrait, signal);
	const { durationSeconds } = await checkDrivingVideo(drivingVideo, signal);
	const seconds = Math.min(durationSeconds ?? MAX_SECONDS, MAX_SECONDS);
	const inputs = [...localFile(drivingVideo), ...localFile(portrait)];
	const progress = ['-progress', 'pipe:1', '-f', 'mp4', output];
	await runFfmpeg([...inputs, ...ENCODING, ...progress], signal, (text) => {
		const frames = /frame=\s*(\d+)/.exec(text)?.[1];
		if (frames !== undefined) onShare(Math.min(1, Number(frames) / (seconds * FPS)));
	});
}

/** A JPG of 640x360 from the middle of a video. */
export async function renderThumbnail(
	video: string,
	durationSeconds: number,
	output: string,
	signal: AbortSignal,
): Promise<void> {
	const frame = ['-frames:v', '1', '-vf', `scale=${THUMBNAIL_SIZE}`, '-q:v', '4', '-f', 'mjpeg'];
	const middle = ['-ss', String(durationSeconds / 2)];
	await runFfmpeg([...middle, ...localFile(video), ...frame, output], signal);
}

async function checkPortrait(path: string, signal: AbortSignal): Promise<void> {
	await readInput('portrait', 'an image', path, signal);
}

async function checkDrivingVideo(path: string, signal: AbortSignal): Promise<MediaInfo> {
	const info = await readInput('driving video', 'a video', path, signal);
	if (/_pipe$|^image2/.test(info.container)) {
		throw new Error(`driving video is a still picture (${info.codec})`);
	}
	return info;
}

async function readInput(
	label: string,
	kind: string,
	path: string,
	signal: AbortSignal,
): Promise<MediaInfo> {
	try {
		return await readMediaInfo(path, signal);
	} catch (error) {
		if (!(error instanceof FfmpegError)) throw error;
		throw new Error(`${label} is not ${kind} that ffmpeg can read`, { cause: error });
	}
}

function fill(width: number, height: number): string {
	const size = `${String(width)}:${String(height)}`;
	return `scale=${size}:force_original_aspect_ratio=increase,crop=${size},setsar=1`;
}

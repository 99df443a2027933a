import { runFfmpeg } from './ffmpeg';

export interface MediaInfo {
	/** ffmpeg's name of the container, e.g. `mov,mp4,m4a,3gp,3g2,mj2` or `png_pipe`. */
	container: string;
	codec: string;
	width: number;
	height: number;
	/** Undefined when the file does not say. */
	fps: number | undefined;
	/** Seconds; undefined when the file does not say. */
	durationSeconds: number | undefined;
}

/** Reads a picture or video by decoding its first frame. Throws a FfmpegError when it has none. */
export async function readMediaInfo(path: string, signal: AbortSignal): Promise<MediaInfo> {
	const firstFrame = ['-map', '0:v:0', '-frames:v', '1', '-f', 'null', '-'];
	const log = await runFfmpeg([...localFile(path), ...firstFrame], signal);
	return parseMediaInfo(log);
}

/** A playlist in disguise must not make ffmpeg open network addresses. */
export function localFile(path: string): string[] {
	return ['-protocol_whitelist', 'file', '-i', path];
}

/** Reads what ffmpeg logs of its first input. */
export function parseMediaInfo(log: string): MediaInfo {
	const [input = ''] = log.split(/^Output #0/m);
	const container = /^Input #0, (\S+), from/m.exec(input)?.[1];
	const video = /Stream #0:\d+.*: Video: (\w+).*?, (\d{1,5})x(\d{1,5})\b(.*)/.exec(input);
	const [, codec, width, height, rest = ''] = video ?? [];
	if (container === undefined || codec === undefined) throw new Error('ffmpeg named no video');
	const fps = /, ([\d.]+k?) fps/.exec(rest)?.[1];
	return {
		container,
		codec,
		width: Number(width),
		height: Number(height),
		fps: fps === undefined ? undefined : Number(fps.replace('k', '000')),
		durationSeconds: parseDuration(input),
	};
}

function parseDuration(log: string): number | undefined {
	const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):([\d.]+)/.exec(log) ?? [];
	if (seconds === undefined) return undefined;
	return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

import { execFileSync, spawnSync } from 'node:child_process';
import * as z from 'zod/v4';
import type { Mp4Facts } from '../../../../lib/base/media/mp4Facts';

const shown = z.object({
	streams: z.tuple([
		z.object({
			width: z.number(),
			height: z.number(),
			duration: z.coerce.number(),
			avg_frame_rate: z.string(),
		}),
	]),
});

/** The facts of a video as ffprobe tells them; nothing where it is not installed. */
export function probed(path: string): Mp4Facts | undefined {
	if (spawnSync('ffprobe', ['-version']).error) return undefined;
	const what = ['-show_entries', 'stream=width,height,duration,avg_frame_rate', '-of', 'json'];
	const args = ['-v', 'error', '-select_streams', 'v:0', ...what, path];
	const said = execFileSync('ffprobe', args, { encoding: 'utf8' });
	const [{ width, height, duration, avg_frame_rate }] = shown.parse(JSON.parse(said)).streams;
	const [frames = NaN, seconds = NaN] = avg_frame_rate.split('/').map(Number);
	return { durationSeconds: duration, width, height, fps: frames / seconds };
}

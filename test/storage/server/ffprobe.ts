import { execFileSync, spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';
import * as z from 'zod/v4';

const isInstalled = spawnSync('ffprobe', ['-version']).error === undefined;

/** Where ffprobe is not installed, the tests are skipped and say so; with SKIP_NOTHING set, they fail. */
export function describeWithFfprobe(name: string, tests: () => void): void {
	if (isInstalled || process.env.SKIP_NOTHING) {
		describe(name, tests);
		return;
	}
	const skipped = `needs ffprobe, which is not installed: ${name}`;
	// Jest names no skipped test where it runs many files.
	process.stderr.write(`skipped, ${skipped}\n`);
	describe.skip(skipped, tests);
}

const probed = z.object({
	streams: z.tuple([
		z.object({
			width: z.number(),
			height: z.number(),
			duration: z.coerce.number(),
			avg_frame_rate: z.string().transform((rate) => {
				const [frames = NaN, seconds = NaN] = rate.split('/').map(Number);
				return frames / seconds;
			}),
		}),
	]),
});

/** The facts of the first video stream, as ffprobe tells them. */
export function probe(path: string): {
	width: number;
	height: number;
	durationSeconds: number;
	fps: number;
} {
	const what = ['-show_entries', 'stream=width,height,duration,avg_frame_rate', '-of', 'json'];
	const args = ['-v', 'error', '-select_streams', 'v:0', ...what, path];
	const { streams } = probed.parse(JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })));
	const [{ width, height, duration, avg_frame_rate }] = streams;
	return { width, height, durationSeconds: duration, fps: avg_frame_rate };
}

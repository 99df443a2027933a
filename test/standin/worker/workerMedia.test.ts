import { afterEach, describe, expect, it } from '@jest/globals';
import { runFfmpeg } from '../../../standin/worker/ffmpeg';
import { parseMediaInfo } from '../../../standin/worker/mediaInfo';
import { neverStops } from './workerRig';

const saved = process.env.FFMPEG_PATH;

afterEach(() => {
	if (saved === undefined) delete process.env.FFMPEG_PATH;
	else process.env.FFMPEG_PATH = saved;
});

describe('ffmpeg of the stand-in worker', () => {
	it('is the one that FFMPEG_PATH names', async () => {
		process.env.FFMPEG_PATH = '/no/such/ffmpeg';
		await expect(runFfmpeg(['-version'], neverStops())).rejects.toMatchObject({
			name: 'FfmpegError',
			message: 'spawn /no/such/ffmpeg ENOENT',
		});
	});

	it('tells the end of its log when it fails', async () => {
		const failing = runFfmpeg(['-i', '/no/such/video.mp4'], neverStops());
		await expect(failing).rejects.toMatchObject({
			name: 'FfmpegError',
			message: expect.stringContaining('/no/such/video.mp4: No such file or directory'),
		});
	});
});

describe('the media facts in a log of ffmpeg', () => {
	it('are those of the input, not of the output', () => {
		const log = `Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'a.mp4':
  Duration: 01:02:03.50, start: 0.000000, bitrate: 146 kb/s
    Stream #0:0(und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 69 kb/s
    Stream #0:1(eng): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709), 1920x1080 [SAR 1:1 DAR 16:9], 23.98 fps, 24k tbn
Output #0, null, to 'pipe:':
    Stream #0:0: Video: wrapped_avframe, yuv420p, 640x360, 30 fps`;
		expect(parseMediaInfo(log)).toEqual({
			container: 'mov,mp4,m4a,3gp,3g2,mj2',
			codec: 'h264',
			width: 1920,
			height: 1080,
			fps: 23.98,
			durationSeconds: 3723.5,
		});
	});

	it('leave out what the file does not say', () => {
		const log = `Input #0, matroska,webm, from 'a.webm':
  Duration: N/A, start: 0.000000, bitrate: N/A
    Stream #0:0: Video: vp8, yuv420p, 90x160`;
		expect(parseMediaInfo(log)).toMatchObject({
			codec: 'vp8',
			width: 90,
			height: 160,
			fps: undefined,
			durationSeconds: undefined,
		});
	});

	it('are an error when there is no video', () => {
		const log = `Input #0, wav, from 'a.wav':
    Stream #0:0: Audio: pcm_s16le, 44100 Hz, mono, s16, 705 kb/s`;
		expect(() => parseMediaInfo(log)).toThrow('ffmpeg named no video');
	});
});

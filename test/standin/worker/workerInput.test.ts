import { describe, expect, it } from '@jest/globals';
import { readJobInput } from '../../../standin/worker/jobInput';

const owner = { user_id: 'user_123', avatar_id: 'avatar_456' };
const input = { ...owner, image_minio_path: 'a.png', driving_video_path: 'b.mp4' };

describe('job input of the stand-in worker', () => {
	it('reads every field of the contract', () => {
		const full = {
			...input,
			output_video_key: 'out/idle.mp4',
			output_thumbnail_key: 'out/thumb.jpg',
			prompt: 'calm',
			negative_prompt: 'blurry',
		};
		expect(readJobInput(full, [])).toEqual({
			userId: 'user_123',
			avatarId: 'avatar_456',
			portrait: { from: 'key', key: 'a.png' },
			drivingVideo: { from: 'key', key: 'b.mp4' },
			outputVideoKey: 'out/idle.mp4',
			outputThumbnailKey: 'out/thumb.jpg',
		});
	});

	it('takes the first of several driving videos, for the contract asks for at least one', () => {
		const both = { ...input, driving_video_url: 'https://cdn.test/b.mp4', template_id: 't' };
		expect(readJobInput(both, []).drivingVideo).toEqual({ from: 'key', key: 'b.mp4' });
	});

	it.each([
		[{ ...input, user_id: undefined }, 'user_id must be a non-empty string'],
		[{ ...input, avatar_id: ' ' }, 'avatar_id must be a non-empty string'],
		[{ ...input, prompt: 7 }, 'prompt must be a non-empty string'],
		[{ ...input, negative_prompt: '' }, 'negative_prompt must be a non-empty string'],
		[{ ...input, output_video_key: null }, 'output_video_key must be a non-empty string'],
		[{ ...input, seed: 1 }, 'unknown field seed'],
		[
			{ ...input, image_url: 'https://cdn.test/a.png' },
			'exactly one of image_minio_path, image_url, image_base64 is required, got image_minio_path and image_url',
		],
		[
			{ ...owner, driving_video_path: 'b.mp4' },
			'exactly one of image_minio_path, image_url, image_base64 is required, got none',
		],
		[
			{ ...owner, image_minio_path: 'a.png' },
			'one of driving_video_path, driving_video_url, driving_video_base64, template_id is required',
		],
		[
			{ ...owner, image_url: 'file:///etc/passwd', template_id: 't' },
			'image_url must be an http or https URL',
		],
		[
			{ ...owner, image_minio_path: 'a.png', driving_video_url: 'b.mp4' },
			'driving_video_url must be an http or https URL',
		],
	])('refuses %j', (bad, problem) => {
		expect(() => readJobInput(bad, [])).toThrow(`invalid input: ${problem}`);
	});

	it('names every problem at once', () => {
		const problems = 'unknown field seed; avatar_id is required';
		const { user_id, image_minio_path, driving_video_path } = input;
		const bad = { user_id, image_minio_path, driving_video_path, seed: 1 };
		expect(() => readJobInput(bad, [])).toThrow(problems);
	});

	it('lets through the fields of a newer worker that it was told of', () => {
		expect(readJobInput({ ...input, seed: 1 }, ['seed'])).toEqual(readJobInput(input, []));
		expect(() => readJobInput({ ...input, seed: 1, steps: 2 }, ['seed'])).toThrow(
			'invalid input: unknown field steps',
		);
	});
});

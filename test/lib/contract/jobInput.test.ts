import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../../../lib/base/errors/invalidInput';
import { parseJobInput } from '../../../lib/contract/parseJobInput';

const request = {
	user_id: 'u1',
	avatar_id: 'a1',
	image_minio_path: 'input-avatars/jobs.png',
	driving_video_path: 'sitting-woman/video-conference-woman.mp4',
};

const { image_minio_path, driving_video_path, ...ids } = request;

function faults(input: Record<string, unknown>): string[] {
	try {
		parseJobInput(input);
		return [];
	} catch (error) {
		if (!(error instanceof InvalidInput)) throw error;
		return error.faults.map(({ field, message }) => `${field}: ${message}`);
	}
}

describe('a job input that is sent as it is', () => {
	it.each([
		['the least', request],
		['by URLs', { ...ids, image_url: 'https://a.b/c.png', driving_video_url: 'http://a.b/c.mp4' }],
		['by base64', { ...ids, image_base64: 'iVBORw==', driving_video_base64: 'AAAA' }],
		['by template', { ...ids, image_minio_path, template_id: 'sitting woman/1' }],
		['with keys of odd characters', { ...request, image_minio_path: 'ä b/+&#?%\'"…png' }],
		['with dots that are no segment', { ...request, image_minio_path: 'a..b/...c/.d.png' }],
		['with a key of 1,024 bytes', { ...request, image_minio_path: 'a'.repeat(1024) }],
		['with fields of a newer worker', { ...request, seed: 7, lora: { name: 'x' } }],
		['with prompts', { ...request, prompt: 'a', negative_prompt: 'b' }],
	])('%s', (_what, input) => {
		expect(parseJobInput(input)).toEqual(input);
	});
});

describe('what is filled in', () => {
	it('before its length is measured', () => {
		const output_video_key = `<user_id>/${'a'.repeat(1015 - 3)}`;
		expect(parseJobInput({ ...request, output_video_key }).output_video_key).toHaveLength(1015);
		const long = { ...request, user_id: 'u'.repeat(4), output_video_key };
		expect(faults(long)).toEqual(['output_video_key: is longer than 1015 bytes: shorten it']);
		const template = { ...request, output_video_key: `${'<avatar_id>'.repeat(500)}.mp4` };
		expect(parseJobInput(template).output_video_key).toHaveLength(1004);
	});

	it('once: an ID with < and > stays as it is', () => {
		const input = { ...request, user_id: '<u>', avatar_id: 'a>b', output_video_key: '<user_id>/x' };
		expect(parseJobInput(input).output_video_key).toBe('<u>/x');
	});

	it('the owner in output keys, in all places', () => {
		const output_video_key = '<user_id>/<avatar_id>/<user_id>.mp4';
		expect(parseJobInput({ ...request, output_video_key }).output_video_key).toBe('u1/a1/u1.mp4');
	});

	it('an owner with a dollar sign as it stands', () => {
		const input = { ...request, user_id: '$&', output_video_key: 'a/<user_id>.mp4' };
		expect(parseJobInput(input).output_video_key).toBe('a/$&.mp4');
	});

	it('a number as text', () => {
		expect(parseJobInput({ ...request, user_id: 42 }).user_id).toBe('42');
	});

	it('base64 without its prefix and line breaks', () => {
		const image_base64 = ' data:image/png;base64,iVBO\r\nRw==\n';
		const input = parseJobInput({ ...ids, image_base64, driving_video_path });
		expect(input.image_base64).toBe('iVBORw==');
	});
});

describe('base64 with a data URL as browsers write it', () => {
	it.each([
		'data:;base64,',
		'data:video/webm;codecs=vp8,opus;base64,',
		'data:video/mp4; codecs="avc1.42E01E, mp4a.40.2";base64,',
		'DATA:image/png;name=a,b.png;BASE64,',
	])('%s', (prefix) => {
		const driving_video_base64 = `${prefix}AAAAGGZ0eXA=`;
		const input = parseJobInput({ ...ids, image_minio_path, driving_video_base64 });
		expect(input.driving_video_base64).toBe('AAAAGGZ0eXA=');
	});
});

describe('what is wrong is named, with a way out', () => {
	it.each<[string, Record<string, unknown>, RegExp]>([
		[
			'two portraits',
			{ ...request, image_url: 'https://a.b/c' },
			/More than one portrait .*image_minio_path, image_url/,
		],
		[
			'no portrait',
			{ ...ids, driving_video_path },
			/No portrait is given: give exactly one of image_minio_path/,
		],
		['two motions', { ...request, template_id: 'x' }, /More than one driving video/],
		['no motion', { ...ids, image_minio_path }, /No driving video .*template_id/],
		['no user', { ...request, user_id: undefined }, /user_id: must be a text/],
		['empty user', { ...request, user_id: ' ' }, /user_id: is empty/],
		['user of two segments', { ...request, user_id: 'a/b' }, /user_id: must not have a slash/],
		['user with a backslash', { ...request, user_id: 'a\\b' }, /user_id: must not have a slash/],
		['user that is ..', { ...request, user_id: '..' }, /user_id: must not be/],
		['user with a line break', { ...request, user_id: 'a\nb' }, /user_id: holds a control/],
		[
			'avatar of two segments',
			{ ...request, avatar_id: 'a/b' },
			/avatar_id: must not have a slash/,
		],
		['leading slash', { ...request, image_minio_path: '/a' }, /image_minio_path: must not start/],
		['.. as a segment', { ...request, image_minio_path: 'a/../b' }, /must not have "\." or "\.\."/],
		['. as a segment', { ...request, image_minio_path: 'a/./b' }, /must not have "\."/],
		['an empty segment', { ...request, image_minio_path: 'a//b' }, /must not have a double slash/],
		['a last slash', { ...request, image_minio_path: 'a/' }, /must not have a double slash/],
		['a control character', { ...request, driving_video_path: 'a\u0000b' }, /control character/],
		[
			'1,025 bytes',
			{ ...request, image_minio_path: `${'a'.repeat(1023)}ä` },
			/longer than 1024 bytes/,
		],
		[
			'a key in quotes',
			{ ...request, image_minio_path: '"input-avatars/jobs.png"' },
			/^image_minio_path: must not have quotes around it/,
		],
		[
			'an expression as text',
			{ ...request, avatar_id: '{{ $json.id }}' },
			/^avatar_id: holds "{{ \$json\.id }}" as plain text: switch/,
		],
		[
			'an expression as text in a key',
			{ ...request, output_video_key: 'a/{{ $json.id }}.mp4' },
			/^output_video_key: holds .* as plain text/,
		],
		[
			'a path of Windows',
			{ ...request, driving_video_path: 'C:\\Users\\me\\video.mp4' },
			/^driving_video_path: is a path of a computer/,
		],
		[
			'a URL as key',
			{ ...request, image_minio_path: 'https://a.b/c' },
			/is a URL: give the path inside the bucket, or choose URL as the source$/,
		],
		[
			'a URL as an output key, which has no source',
			{ ...request, output_video_key: 's3://a/b.mp4' },
			/^output_video_key: is a URL: give the path inside the bucket$/,
		],
		['ftp', { ...ids, image_url: 'ftp://a.b/c', driving_video_path }, /image_url: must be an http/],
		[
			'a file URL',
			{ ...ids, image_url: 'file:///etc/passwd', driving_video_path },
			/must be an http/,
		],
		['no URL', { ...ids, image_url: 'a.png', driving_video_path }, /image_url: is not a URL/],
		['broken base64', { ...ids, image_base64: 'iVB*', driving_video_path }, /is not base64/],
		['base64 cut off', { ...ids, image_base64: 'iVBOR', driving_video_path }, /not whole base64/],
		[
			'base64 with padding inside',
			{ ...ids, image_base64: 'iV==iVBO', driving_video_path },
			/not whole base64/,
		],
		[
			'empty base64',
			{ ...ids, image_base64: 'data:image/png;base64,', driving_video_path },
			/is empty/,
		],
		[
			'11 MB of base64',
			{ ...ids, image_base64: 'A'.repeat(11 * 2 ** 20), driving_video_path },
			/10 MB.*MinIO/,
		],
		[
			'two files that are too large together',
			{
				...ids,
				image_base64: 'A'.repeat(6 * 2 ** 20),
				driving_video_base64: 'A'.repeat(6 * 2 ** 20),
			},
			/request is larger than the 10 MB/,
		],
		[
			'an output key with ..',
			{ ...request, output_video_key: '../a.mp4' },
			/output_video_key: must not have/,
		],
		[
			'one key for both',
			{ ...request, output_video_key: 'a', output_thumbnail_key: 'a' },
			/output_thumbnail_key: is also/,
		],
		[
			'one key for both once filled in',
			{ ...request, output_video_key: 'u1', output_thumbnail_key: '<user_id>' },
			/output_thumbnail_key: is also/,
		],
	])('%s', (_what, input, expected) => {
		expect(faults(input).join('\n')).toMatch(expected);
	});

	it('all fields at once, and what concerns several', () => {
		const wrong = {
			user_id: '',
			avatar_id: 'a/b',
			image_minio_path: '/x',
			image_url: 'ftp://a.b',
			output_video_key: 'a//b',
			output_thumbnail_key: 'c.job.json',
			prompt: '\ud800',
			negative_prompt: 'x'.repeat(11 * 2 ** 20),
		};
		expect(faults(wrong).map((fault) => /^\w*: \w+ \w+/.exec(fault)?.[0])).toEqual([
			'user_id: is empty',
			'avatar_id: must not',
			'image_minio_path: must not',
			'image_url: must be',
			'output_video_key: must not',
			'output_thumbnail_key: must not',
			'prompt: holds half',
			': More than',
			': No driving',
			': The request',
		]);
	});
});

describe('keys that would be lost or taken for others', () => {
	const template = { ...ids, image_minio_path, template_id: 'sitting woman/1' };

	it.each<[string, Record<string, unknown>, RegExp]>([
		[
			'a video over the portrait',
			{ ...request, output_video_key: image_minio_path },
			/^output_video_key: is also the key of the portrait \(image_minio_path\), which would be over/,
		],
		[
			'a video over the driving video',
			{ ...request, output_video_key: driving_video_path },
			/^output_video_key: is also the key of the driving video/,
		],
		[
			'a thumbnail over the portrait',
			{ ...request, output_thumbnail_key: image_minio_path },
			/^output_thumbnail_key: is also the key of the portrait/,
		],
		[
			'an input once the IDs are filled in',
			{ ...request, image_minio_path: 'u1/a.png', output_thumbnail_key: '<user_id>/a.png' },
			/^output_thumbnail_key: is also the key of the portrait/,
		],
		[
			'a template by its ID',
			{ ...template, output_video_key: 'sitting woman/1.mp4' },
			/^output_video_key: is where template sitting woman\/1 may lie/,
		],
		[
			'a template by its folder',
			{ ...template, template_id: 'sitting woman/', output_video_key: 'sitting woman/1.mp4' },
			/^output_video_key: is where template/,
		],
		[
			'an input that has the key of the record',
			{ ...request, driving_video_path: 'a.mp4.job.json', output_video_key: 'a.mp4' },
			/^output_video_key: has its record at a\.mp4\.job\.json, which is also the key of the driving/,
		],
		[
			'a video among the records',
			{ ...request, output_video_key: 'a.mp4.job.json' },
			/^output_video_key: must not end with \.job\.json/,
		],
		[
			'a thumbnail as the record of its video',
			{ ...request, output_video_key: 'a.mp4', output_thumbnail_key: 'a.mp4.job.json' },
			/^output_thumbnail_key: must not end with \.job\.json/,
		],
		[
			'a record of more than 1,024 bytes',
			{ ...request, output_video_key: 'a'.repeat(1016) },
			/^output_video_key: is longer than 1015 bytes/,
		],
		[
			'a thumbnail of more than 1,024 bytes once it is filled in',
			{ ...request, user_id: 'ä'.repeat(500), output_thumbnail_key: '<user_id>/<user_id>' },
			/^output_thumbnail_key: is longer than 1024 bytes/,
		],
		[
			'an ID that is a placeholder',
			{ ...request, user_id: '<avatar_id>' },
			/^user_id: must not hold <avatar_id>/,
		],
		[
			'two texts that make a placeholder together',
			{ ...request, user_id: '<avatar', output_video_key: '<user_id>_id>.mp4' },
			/^output_video_key: must not hold <avatar_id> once it is filled in/,
		],
	])('%s', (_what, input, expected) => {
		expect(faults(input)).toEqual([expect.stringMatching(expected)]);
	});

	it('beside a template there is room for a video of another name, and for a thumbnail of the same', () => {
		const keys = {
			output_video_key: 'sitting woman/2.mp4',
			output_thumbnail_key: 'sitting woman/1.jpg',
		};
		const input = { ...template, ...keys };
		expect(parseJobInput(input)).toEqual(input);
	});

	it.each([
		['user_id', 'u\ud800'],
		['avatar_id', '\udc00a'],
		['image_minio_path', 'a\ud83d.png'],
		['driving_video_path', '\ude00.mp4'],
		['output_video_key', 'a\ud800.mp4'],
		['output_thumbnail_key', 'a\ud800.jpg'],
		['prompt', 'soft \ud800 light'],
		['negative_prompt', '\udfff'],
	])('half of a character in %s', (field, value) => {
		expect(faults({ ...request, [field]: value })).toEqual([
			expect.stringMatching(new RegExp(`^${field}: holds half of a character`)),
		]);
	});

	it('a whole character of two halves is fine', () => {
		const input = { ...request, prompt: '😀', output_video_key: '😀.mp4' };
		expect(parseJobInput(input)).toEqual(input);
	});
});

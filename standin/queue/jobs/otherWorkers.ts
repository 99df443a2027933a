/** What the answer of another worker holds: a video as base64, an address of one, or no more than words. */
export type Holding = 'video' | 'link' | 'words';

/** How one other worker answers a finished job. */
export interface OtherAnswer {
	worker: string;
	holds: Holding;
	output: unknown;
	/** What it says where it holds no video. */
	says?: string;
}

/** What the answers are made of. */
export interface Material {
	/** Of an MP4. */
	base64: string;
	link: string;
}

/**
 * Answers of workers that do not keep the contract, after the handlers of public Wan Animate, ComfyUI and Diffusers
 * workers. To be played with `script({ kind: 'output', output })`.
 */
export function otherAnswers({ base64, link }: Material): OtherAnswer[] {
	return [
		...withVideo(base64),
		...withLink(link),
		...withWords().map((answer) => ({ ...answer, holds: 'words' as const })),
	];
}

function withVideo(base64: string): OtherAnswer[] {
	const lines = base64.replace(/.{76}/g, '$&\r\n');
	const dataUri = `data:video/mp4;base64,${base64}`;
	const answers: [worker: string, output: unknown][] = [
		['wlsdml1114/Wan_Animate_Runpod_hub', { video: base64 }],
		['one with video_base64', { video_base64: base64, success: true, size_bytes: 1 }],
		['IxMxAMAR/runpod-wan22-serverless', { videos: [{ type: 'base64', data: base64 }] }],
		['a generator with one answer', [{ video: base64 }]],
		['a generator with progress', [{ progress: 10 }, { progress: 90 }, { video: base64 }]],
		['a nested output', { status: 'success', output: { video_base64: base64, fps: 16 } }],
		['a nested result in a list', [{ result: { video: dataUri } }]],
		['the video alone', base64],
		['a data URI alone', dataUri],
		['lines of 76 characters', { video_base64: lines }],
		['a data URI as address', { video_url: dataUri }],
		['an output that is JSON text', JSON.stringify({ video: base64 })],
		['ComfyUI images', { images: [{ filename: 'Wan_00001.mp4', type: 'base64', data: base64 }] }],
		['ComfyUI gifs', { output: { gifs: [{ filename: 'Wan_00001.mp4', data: base64 }] } }],
		['a list of texts', { videos: [base64] }],
		['an object for the video', { video: { filename: 'a.mp4', base64 } }],
		['pieces of 76 characters', { video: base64.match(/.{1,76}/g) }],
		[
			'a history of ComfyUI',
			{ outputs: { '57': { gifs: [{ filename: 'a.mp4', data: base64 }] } } },
		],
		['bytes as Python writes them', { message: `b'${base64}'` }],
		['base64url without padding', { video: base64url(base64) }],
	];
	return answers.map(([worker, output]) => ({ worker, holds: 'video', output }));
}

function withLink(link: string): OtherAnswer[] {
	const answers: [worker: string, output: unknown][] = [
		['an address alone', link],
		['a list with one address', [link]],
		['an address as video', { video: link, seed: 7 }],
		['an address in a nested output', { output: { video_url: link }, status: 'COMPLETED' }],
		['an address in a list of videos', { videos: [{ type: 's3_url', url: link }] }],
		['ComfyUI with S3', { images: [{ filename: 'Wan_00001.mp4', type: 's3_url', data: link }] }],
		['an output within an output', { output: { output: { result: { url: link } } } }],
	];
	return answers.map(([worker, output]) => ({ worker, holds: 'link', output }));
}

function withWords(): Omit<OtherAnswer, 'holds'>[] {
	return [
		{
			worker: 'truongducanh1710/wan-animate-runpod',
			output: {
				status: 'completed',
				prompt_id: 'a1b2',
				message: 'Processing completed but no output found',
			},
			says: 'Processing completed but no output found',
		},
		{ worker: 'success without a video', output: { success: true, status: 'done' }, says: 'done' },
		{
			worker: 'an error in a nested output',
			output: { output: { error: 'CUDA out of memory' }, refresh_worker: true },
			says: 'CUDA out of memory',
		},
		{
			worker: 'errors in a list',
			output: { errors: ['node 57: no face found', 'node 58'] },
			says: 'node 57: no face found',
		},
		{ worker: 'a text', output: 'no video was made', says: 'no video was made' },
		{
			worker: 'files on its own disk',
			output: { gifs: [{ filename: 'Wan_00001.mp4', subfolder: '' }] },
			says: '{"gifs":[{"filename":"Wan_00001.mp4","subfolder":""}]}',
		},
		{
			worker: 'a picture in place of a video',
			output: { images: ['https://example.com/last-frame.png'], message: 'preview only' },
			says: 'preview only',
		},
		{ worker: 'an empty list', output: [], says: '' },
		{ worker: 'an empty video', output: { video: '', status: 'ok' }, says: 'ok' },
	];
}

function base64url(base64: string): string {
	return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

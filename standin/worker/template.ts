import type { Bucket } from './bucket';

const VIDEO_SUFFIXES = ['.mp4', '.mov', '.webm'];

/**
 * Finds the driving video of a template: the object of that name, `<id>.mp4|.mov|.webm`, or the only
 * video inside the folder `<id>/`. The contract does not say how: this is the stand-in's assumption.
 */
export async function findTemplateKey(
	templateId: string,
	bucket: Bucket,
	signal: AbortSignal,
): Promise<string> {
	for (const suffix of ['', ...VIDEO_SUFFIXES]) {
		if (await bucket.has(templateId + suffix, signal)) return templateId + suffix;
	}
	const inside = await bucket.keysIn(`${templateId}/`, signal);
	const [video, ...others] = inside.filter(isVideo);
	if (video === undefined) throw new Error(`template not found in MinIO: ${templateId}`);
	if (others.length > 0) {
		const count = String(others.length + 1);
		throw new Error(`template ${templateId} is a folder with ${count} videos, expected one`);
	}
	return video;
}

function isVideo(key: string): boolean {
	return VIDEO_SUFFIXES.some((suffix) => key.toLowerCase().endsWith(suffix));
}

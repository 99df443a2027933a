import type { RunBody } from '../runpod/plan';
import type { GenerationRequest } from './ports';

const MAX_SHOWN = 1000;

/** The body that a real run would send. Long base64 is cut: an item of n8n must not hold a file. */
export function checkPreview({ input, envelope }: GenerationRequest): RunBody {
	const { image_base64, driving_video_base64 } = input;
	const shown = { ...input };
	if (image_base64 !== undefined) shown.image_base64 = cut(image_base64);
	if (driving_video_base64 !== undefined) shown.driving_video_base64 = cut(driving_video_base64);
	return { input: shown, ...envelope };
}

function cut(text: string): string {
	if (text.length <= MAX_SHOWN) return text;
	return `${text.slice(0, 40)}… (${String(text.length)} characters)`;
}

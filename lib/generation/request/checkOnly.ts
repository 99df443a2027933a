import type { RunBody } from '../../runpod/queue/queueRequests';
import { inlineLength } from './inlineFile';
import type { GenerationRequest } from './ports';

const MAX_SHOWN = 1000;

/** The body that a real run would send, without the token of n8n's address. Long base64 is cut, and files are not read: an item of n8n must not hold one. */
export function checkPreview({ input, inlineFiles, envelope }: GenerationRequest): RunBody {
	const { image_base64, driving_video_base64 } = input;
	const shown = { ...input };
	if (image_base64 !== undefined) shown.image_base64 = cut(image_base64);
	if (driving_video_base64 !== undefined) shown.driving_video_base64 = cut(driving_video_base64);
	for (const file of inlineFiles) shown[file.field] = characters('', inlineLength(file));
	return { input: shown, ...envelope, ...withoutToken(envelope) };
}

/** Whoever knows the token of n8n's own address can wake what sleeps in the execution. */
function withoutToken({ webhook }: GenerationRequest['envelope']): { webhook?: string } {
	return webhook === undefined ? {} : { webhook: webhook.replace(/([?&]signature=)[^&]*/, '$1…') };
}

function cut(text: string): string {
	if (text.length <= MAX_SHOWN) return text;
	return characters(text.slice(0, 40), text.length);
}

function characters(start: string, length: number): string {
	return `${start}… (${String(length)} characters)`;
}

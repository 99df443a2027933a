import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import { deniedSentence, type OnDenied } from '../../../lib/generation/report/deniedWords';

/** Says a sentence in the output panel: once for the execution of the node, not for each item. */
export function runHints(
	context: IExecuteFunctions,
	type: NodeExecutionHint['type'] = 'warning',
): (message: string) => void {
	const told = new Set<string>();
	return (sentence) => {
		// The panel shows HTML, and the name of a file is anybody's.
		const message = sentence.replace(/[<>]/g, '');
		if (told.has(message)) return;
		told.add(message);
		// In older versions of n8n a tool has no panel for it.
		if (!('addExecutionHints' in context)) return;
		context.addExecutionHints({ message, type, location: 'outputPane' });
	};
}

/** Tells what the access key may not do. */
export function deniedHints(hint: (sentence: string) => void): OnDenied {
	return (right, bucketName) => {
		hint(deniedSentence(right, bucketName));
	};
}

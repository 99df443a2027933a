import type { IExecuteFunctions } from 'n8n-workflow';
import { deniedSentence, type OnDenied } from '../../../lib/generation/report/deniedWords';

/** Tells what the access key may not do in the output panel: once for the execution of the node, not for each item. */
export function deniedHints(context: IExecuteFunctions): OnDenied {
	const told = new Set<string>();
	return (right, bucketName) => {
		const message = deniedSentence(right, bucketName);
		if (told.has(message)) return;
		told.add(message);
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	};
}

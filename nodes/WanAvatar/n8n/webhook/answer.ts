import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { onAbort } from '../../../../lib/base/async/abortListener';

/** What is used of the answer to a request; n8n's own type of it names a package that need not be there. */
interface Response {
	statusCode: number;
	status: (code: number) => Response;
	json: (body: object) => unknown;
	once: (event: 'close', listener: () => void) => unknown;
}

function responseOf(context: IWebhookFunctions): Response {
	const response: unknown = context.getResponseObject();
	if (!isResponse(response)) throw new Error('n8n gives nothing to answer with');
	return response;
}

function isResponse(value: unknown): value is Response {
	if (typeof value !== 'object' || value === null) return false;
	return typeof Reflect.get(value, 'status') === 'function' && 'json' in value;
}

/** Answers by itself, and starts nothing. No word of RunPod and no fact of a job reaches the caller, who may be anybody. */
export function answerWith(
	context: IWebhookFunctions,
	code: number,
	message: string,
): IWebhookResponseData {
	responseOf(context).status(code).json({ message });
	return { noWebhookResponse: true };
}

/** Tells whether n8n started the workflow: it saves the static data, and answers then. `limit` ends the waiting. */
export function onceAnswered(
	context: IWebhookFunctions,
	limit: AbortSignal,
	tell: (isStarted: boolean) => void,
): void {
	const response = responseOf(context);
	let isTold = false;
	let letGo = (): void => undefined;
	const tellOnce = () => {
		if (isTold) return;
		isTold = true;
		letGo();
		tell(response.statusCode < 400);
	};
	letGo = onAbort(limit, tellOnce);
	response.once('close', tellOnce);
}

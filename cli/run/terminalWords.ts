import { WORKFLOW_STOPPED } from '../../lib/base/async/stop';
import { WanAvatarError } from '../../lib/base/errors/errors';
import { InvalidInput } from '../../lib/base/errors/invalidInput';

/** What n8n's form has in other places, as the terminal has it: the first that fits counts. */
const WORDS: readonly (readonly [RegExp, string])[] = [
	[new RegExp(WORKFLOW_STOPPED, 'g'), 'Stopped'],
	[/Endpoint, port and Use SSL in the MinIO API credential/g, 'MINIO_ENDPOINT and MINIO_USE_SSL'],
	[/Endpoint(?: and port)? in the MinIO API credential/g, 'MINIO_ENDPOINT'],
	[/[Tt]urn Use SSL on in the MinIO API credential/g, 'set MINIO_USE_SSL to true'],
	[/[Tt]urn Use SSL off in the MinIO API credential/g, 'set MINIO_USE_SSL to false'],
	[/Bucket in the MinIO API credential/g, 'MINIO_BUCKET'],
	[/Access Key in the MinIO API credential/g, 'MINIO_ACCESS_KEY'],
	[/Secret Key in the MinIO API credential/g, 'MINIO_SECRET_KEY'],
	[
		/Paste the CA's certificate into CA Certificate in the MinIO API credential/g,
		"Name the file of the CA's certificate in NODE_EXTRA_CA_CERTS",
	],
	[/Choose a MinIO API credential in this node/g, 'Give the MINIO_… settings'],
	[/Open the MinIO API credential of this node and correct it/g, 'Correct the MINIO_… settings'],
	[/the MinIO API credential(?: of this node)?/g, 'the MINIO_… settings'],
	[/Endpoint ID in the RunPod API credential/g, 'RUNPOD_ENDPOINT_ID'],
	[/API Key in the RunPod API credential/g, 'RUNPOD_API_KEY'],
	[/the base URL in the RunPod API credential/g, 'RUNPOD_QUEUE_BASE_URL'],
	[/the RunPod API credential/g, 'RUNPOD_API_KEY'],
	[/this n8n|\bn8n\b(?= trusts|\.| and of)/g, 'this machine'],
	[/n8n's machine/g, 'this machine'],
	[/, or turn off Wait for Completion and ask later with Get Status/g, ''],
	[/Timeout in the Waiting Options/g, '--timeout-minutes'],
	[/turn on Submit Anyway in the Worker Options/g, 'give --submit-anyway'],
	[/Submit Anyway in the Worker Options/g, '--submit-anyway'],
	[/ (?:With Max Run Time and Max Queue Time|Max Restarts) in the Limits[^.]*\./g, ''],
	[/Check that n8n keeps the files[^.]*\./g, 'Check that the file is still there.'],
	[/([Rr])un the (?:item|workflow) again/g, '$1un it again'],
	[/([Rr])unning (?:the item|Generate) again/g, '$1unning it again'],
	[/\bGet Status\b/g, 'Get Status in n8n'],
	[/\bthis item\b/g, 'this request'],
	[/\bthe item\b/g, 'the request'],
];

/** The same error for whoever has a terminal in place of n8n's form. */
export function inTerminalWords(error: unknown): unknown {
	if (error instanceof InvalidInput)
		return new InvalidInput(
			error.faults.map(({ field, message, remedy }) => ({
				field,
				message: said(message),
				...(remedy === undefined ? {} : { remedy: said(remedy) }),
			})),
			error.details,
		);
	if (!(error instanceof WanAvatarError)) return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, said(message), { remedy: said(remedy), details });
}

/** The same error where no record holds a second job back. */
export function withoutRecord(error: unknown): unknown {
	if (!(error instanceof WanAvatarError)) return error;
	const { code, message, remedy, details } = error;
	const told = remedy.replace(
		/It is not sent again before .*? give --submit-anyway\./,
		'Running it again sends another job, which is paid for too.',
	);
	return new WanAvatarError(code, message, { remedy: told, details });
}

function said(text: string): string {
	return WORDS.reduce((told, [words, other]) => told.replace(words, other), text);
}

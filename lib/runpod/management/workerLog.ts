import * as z from 'zod/v4';
import { fromJson } from '../../base/data/json';
import { cleanRemoteText } from '../../base/data/remoteText';

const entry = z.object({ line: z.string() });

/** The end of a long log: so many characters are looked at. */
const READ_LENGTH = 200_000;

/**
 * The last so many lines in a stream of server-sent events, each as one short line without the `secrets`. An event that was
 * cut off is left out: it might show half of a secret.
 */
export function lastLines(stream: string, count: number, secrets: readonly string[]): string[] {
	const isCut = stream.length > READ_LENGTH;
	const events = stream.slice(-READ_LENGTH).replaceAll('\r\n', '\n').split('\n\n');
	return events
		.slice(isCut ? 1 : 0, -1)
		.map((event) => lineIn(event))
		.filter((line) => line.trim() !== '')
		.slice(-count)
		.map((line) => cleanRemoteText(line, secrets));
}

/** What is no JSON is shown as it is. */
function lineIn(event: string): string {
	const data = event
		.split('\n')
		.filter((line) => line.startsWith('data:'))
		.map((line) => line.slice('data:'.length).trim())
		.join('\n');
	return entry.safeParse(fromJson(data)).data?.line ?? data;
}

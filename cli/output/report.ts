import type { CommanderError } from 'commander';
import { WanAvatarError } from '../../lib/base/errors/errors';
import { messageOf } from '../../lib/base/errors/foreignError';
import { withoutSecrets } from '../../lib/base/data/remoteText';
import { EXIT, type ExitCode } from './exitCodes';
import type { Terminal } from './terminal';

/** Commander has said on stderr what is wrong, and where all options are shown. */
export function reportUsage(
	error: CommanderError,
	remedy: string,
	json: boolean,
	{ result }: Terminal,
): ExitCode {
	if (error.exitCode === 0) return EXIT.done;
	const fault = new WanAvatarError('INVALID_INPUT', withoutValue(error.message), { remedy });
	if (json) result(errorJson(fault));
	return EXIT.usage;
}

/** What Commander says of an unknown option, without a value that was given to it: it may be a secret. */
export function withoutValue(text: string): string {
	return text.replace(/(unknown option '[^'=]*)=[^]*'(?=\n|$)/, "$1'");
}

/** One line that says what happened and what to do, without the `secrets`. */
export function report(
	error: unknown,
	secrets: readonly string[],
	json: boolean,
	{ result, say, signal, paint }: Terminal,
): ExitCode {
	const name = paint.say.removed('wan-avatar:');
	const fault = masked(faultOf(error), secrets);
	say(`${name} ${fault.message}${fault.remedy === '' ? '' : `. ${fault.remedy}`}`);
	if (json) result(errorJson(fault));
	return signal.aborted ? EXIT.interrupted : exitCodeOf(fault);
}

function faultOf(error: unknown): WanAvatarError {
	if (error instanceof WanAvatarError) return error;
	return new WanAvatarError('INTERNAL', messageOf(error), { remedy: '' });
}

/** A key that stands in the place of an ID would be named with it. */
function masked({ code, message, remedy, details }: WanAvatarError, secrets: readonly string[]) {
	const mask = (text: string) => withoutSecrets(text, secrets);
	const facts = Object.entries(details).map(
		([name, fact]) => [name, typeof fact === 'string' ? mask(fact) : fact] as const,
	);
	return new WanAvatarError(code, mask(message), {
		remedy: mask(remedy),
		details: Object.fromEntries(facts),
	});
}

function errorJson({ code, message, remedy, details }: WanAvatarError): string {
	return JSON.stringify({ error: { code, message, remedy, details } }, null, 2);
}

function exitCodeOf(error: WanAvatarError): ExitCode {
	switch (error.code) {
		case 'INVALID_INPUT':
		case 'AMBIGUOUS_NAME':
		case 'NAME_TAKEN':
			return EXIT.usage;
		case 'NOT_CONFIRMED':
			return EXIT.notConfirmed;
		case 'WORKER_NOT_READY':
			return EXIT.notReady;
		default:
			return EXIT.failed;
	}
}

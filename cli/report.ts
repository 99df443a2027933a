import type { CommanderError } from 'commander';
import { WanAvatarError } from '../lib/contract/errors';
import { messageOf } from '../lib/contract/foreignError';
import { InvalidInput } from '../lib/contract/invalidInput';
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
	const fault = new WanAvatarError('INVALID_INPUT', error.message, { remedy });
	if (json) result(errorJson(fault));
	return EXIT.usage;
}

/** One line that says what happened and what to do. */
export function report(
	error: unknown,
	json: boolean,
	{ result, say, signal, paint }: Terminal,
): ExitCode {
	const name = paint.say.removed('wan-avatar:');
	if (!(error instanceof WanAvatarError)) {
		const fault = new WanAvatarError('INTERNAL', messageOf(error), { remedy: '' });
		say(`${name} ${fault.message}`);
		if (json) result(errorJson(fault));
		return signal.aborted ? EXIT.interrupted : EXIT.failed;
	}
	say(`${name} ${error.message}. ${error.remedy}`);
	if (json) result(errorJson(error));
	return signal.aborted ? EXIT.interrupted : exitCodeOf(error);
}

function errorJson({ code, message, remedy, details }: WanAvatarError): string {
	return JSON.stringify({ error: { code, message, remedy, details } }, null, 2);
}

function exitCodeOf(error: WanAvatarError): ExitCode {
	if (error instanceof InvalidInput) return EXIT.usage;
	switch (error.code) {
		case 'INVALID_INPUT':
			return EXIT.usage;
		case 'NOT_CONFIRMED':
			return EXIT.notConfirmed;
		case 'WORKER_NOT_READY':
			return EXIT.notReady;
		default:
			return EXIT.failed;
	}
}

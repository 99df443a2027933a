import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { WanAvatarError } from '../lib/contract/errors';
import type { Interruption, LeftBehind } from './interruption';

export type { LeftBehind } from './interruption';

/** Where a command reads and writes: results go to stdout, all else to stderr. */
export interface Terminal {
	/** A line of the result. */
	result: (text: string) => void;
	/** A line for the person who looks on. */
	say: (text: string) => void;
	/** Asks for a yes. */
	confirm: (question: string) => Promise<void>;
	/** What would stay if the program were left at once; nothing when nothing would. */
	leavesBehind: (what: LeftBehind | undefined) => void;
	/** Aborted by Ctrl+C, SIGTERM, a closed terminal, or when nobody reads any more. */
	signal: AbortSignal;
}

export function openTerminal(interruption: Interruption): Terminal {
	return {
		result: (text) => process.stdout.write(`${text}\n`),
		say: (text) => process.stderr.write(`${text}\n`),
		confirm: async (question) => {
			if (!process.stdin.isTTY) throw notConfirmed('there is no terminal to ask on');
			if (!(await ask(question, interruption))) throw notConfirmed('the answer was not yes');
		},
		leavesBehind: (what) => {
			interruption.leavesBehind(what);
		},
		signal: interruption.signal,
	};
}

/** While it asks, the terminal gives Ctrl+C as a key, and Ctrl+D closes the input without an answer. */
async function ask(question: string, interruption: Interruption): Promise<boolean> {
	const { signal } = interruption;
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	lines.on('SIGINT', () => {
		interruption.receive('SIGINT');
	});
	const closed = once(lines, 'close').then(() => '');
	const answered = lines.question(`${question} [y/N] `, { signal }).catch(() => '');
	try {
		return /^y(es)?$/i.test((await Promise.race([answered, closed])).trim());
	} finally {
		lines.close();
	}
}

function notConfirmed(why: string): WanAvatarError {
	return new WanAvatarError('NOT_CONFIRMED', `Nothing was changed: ${why}`, {
		remedy: 'Give --yes to go on without being asked.',
	});
}

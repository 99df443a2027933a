import { createInterface } from 'node:readline/promises';
import { WanAvatarError } from '../lib/contract/errors';

/** Where a command reads and writes: results go to stdout, all else to stderr. */
export interface Terminal {
	/** A line of the result. */
	result: (text: string) => void;
	/** A line for the person who looks on. */
	say: (text: string) => void;
	/** Asks for a yes. */
	confirm: (question: string) => Promise<void>;
	/** Aborted by Ctrl+C. */
	signal: AbortSignal;
}

export function openTerminal(signal: AbortSignal): Terminal {
	return {
		result: (text) => process.stdout.write(`${text}\n`),
		say: (text) => process.stderr.write(`${text}\n`),
		confirm: async (question) => {
			if (!process.stdin.isTTY) throw notConfirmed('there is no terminal to ask on');
			if (!(await ask(question, signal))) throw notConfirmed('the answer was not yes');
		},
		signal,
	};
}

async function ask(question: string, signal: AbortSignal): Promise<boolean> {
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		const answer = await lines.question(`${question} [y/N] `, { signal });
		return /^y(es)?$/i.test(answer.trim());
	} finally {
		lines.close();
	}
}

function notConfirmed(why: string): WanAvatarError {
	return new WanAvatarError('NOT_CONFIRMED', `Nothing was changed: ${why}`, {
		remedy: 'Give --yes to go on without being asked.',
	});
}

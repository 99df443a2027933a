import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { WanAvatarError } from '../../lib/base/errors/errors';
import type { Interruption, LeftBehind } from './interruption';
import { paintFor, takesEscapes, type Paint } from './paint';

export type { LeftBehind } from './interruption';

/** Where a command reads and writes: results go to stdout, all else to stderr. */
export interface Terminal {
	/** A line of the result. */
	result: (text: string) => void;
	/** A line for the person who looks on. */
	say: (text: string) => void;
	/** A line that the next one of its kind takes the place of, where somebody looks on. */
	progress: (text: string) => void;
	/** Asks for a yes. */
	confirm: (question: string) => Promise<void>;
	/** What would stay if the program were left at once; nothing when nothing would. */
	leavesBehind: (what: LeftBehind | undefined) => void;
	/** Aborted by Ctrl+C, SIGTERM, a closed terminal, or when nobody reads any more. */
	signal: AbortSignal;
	/** How to mark words of what `result` and `say` write. */
	paint: { result: Paint; say: Paint };
}

export function openTerminal(
	interruption: Interruption,
	environment: Readonly<Record<string, string | undefined>>,
): Terminal {
	const isOneLine = takesEscapes(process.stderr, environment);
	let isProgress = false;
	const say = (text: string) => {
		isProgress = false;
		process.stderr.write(`${text}\n`);
	};
	return {
		result: (text) => process.stdout.write(`${text}\n`),
		say,
		progress: (text) => {
			if (isProgress && isOneLine) process.stderr.write(UP_AND_CLEAR);
			say(isOneLine ? fitting(text) : text);
			isProgress = true;
		},
		confirm: async (question) => {
			if (!process.stdin.isTTY) throw notConfirmed('there is no terminal to ask on');
			if (await ask(question, interruption)) return;
			throw interruption.signal.aborted ? stopped() : notConfirmed('the answer was not yes');
		},
		leavesBehind: (what) => {
			interruption.leavesBehind(what);
		},
		signal: interruption.signal,
		paint: {
			result: paintFor(process.stdout, environment),
			say: paintFor(process.stderr, environment),
		},
	};
}

const UP_AND_CLEAR = '\x1b[1A\x1b[2K';

/** One row of the terminal, since only one is cleared for the next. */
function fitting(text: string): string {
	const { columns } = process.stderr;
	if (columns < 2 || text.length < columns) return text;
	return `${text.slice(0, columns - 2)}…`;
}

/** While it asks, the terminal gives Ctrl+C as a key, and Ctrl+D closes the input without an answer. */
async function ask(question: string, interruption: Interruption): Promise<boolean> {
	const { signal } = interruption;
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	lines.on('SIGINT', () => {
		// The cursor stands behind the question.
		process.stderr.write('\n');
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

function stopped(): WanAvatarError {
	return new WanAvatarError('STOPPED', 'Stopped at the question: nothing was changed', {
		remedy: 'Run it again to be asked again.',
	});
}

function notConfirmed(why: string): WanAvatarError {
	return new WanAvatarError('NOT_CONFIRMED', `Nothing was changed: ${why}`, {
		remedy: 'Give --yes to go on without being asked.',
	});
}

import { styleText } from 'node:util';

/** How words are marked on one stream; they come back as they are where there are no colours. */
export type Paint = Readonly<Record<Mark, (text: string) => string>>;

type Mark = 'heading' | 'added' | 'changed' | 'removed' | 'faint';

const STYLES = {
	heading: 'bold',
	added: 'green',
	changed: 'yellow',
	removed: 'red',
	faint: 'dim',
} as const satisfies Record<Mark, Parameters<typeof styleText>[0]>;

const asItIs = (text: string): string => text;

/** For files, pipes and JSON. */
export const PLAIN: Paint = {
	heading: asItIs,
	added: asItIs,
	changed: asItIs,
	removed: asItIs,
	faint: asItIs,
};

const COLOURED: Paint = {
	heading: styled('heading'),
	added: styled('added'),
	changed: styled('changed'),
	removed: styled('removed'),
	faint: styled('faint'),
};

/** Colours on a terminal that knows them, unless `NO_COLOR` says none (https://no-color.org). */
export function paintFor(
	stream: Stream,
	environment: Readonly<Record<string, string | undefined>>,
): Paint {
	const { NO_COLOR } = environment;
	const isUnwanted = NO_COLOR !== undefined && NO_COLOR !== '';
	return takesEscapes(stream, environment) && !isUnwanted ? COLOURED : PLAIN;
}

interface Stream {
	isTTY?: boolean;
}

/** Whether a stream is a terminal that knows escape sequences. */
export function takesEscapes(
	{ isTTY = false }: Stream,
	{ TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
	return isTTY && TERM !== 'dumb';
}

function styled(mark: Mark): Paint[Mark] {
	// Whether there are colours is decided for each stream, and not by Node for stdout alone.
	return (text) => styleText(STYLES[mark], text, { validateStream: false });
}

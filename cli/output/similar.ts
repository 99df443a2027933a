/** The known name that another name was probably meant to be; nothing where none is near. */
export function similarName(name: string, known: readonly string[]): string | undefined {
	const wordsOfIt = wordsOf(name);
	const near = known
		.filter((one) => one !== name)
		.map((one) => ({ one, distance: distanceOf(wordsOfIt, wordsOf(one)) }))
		.filter(({ distance }) => distance <= MOST_EDITS)
		.sort((a, b) => a.distance - b.distance);
	return near[0]?.one;
}

// Two letters changed, lost or put in.
const MOST_EDITS = 2;
// Of a name with fewer words one is not enough to know it by.
const FEWEST_WORDS = 2;

function wordsOf(name: string): string[] {
	return name
		.replace(/([a-z])([A-Z])/g, '$1_$2')
		.toUpperCase()
		.split(/[^A-Z0-9]+/)
		.filter((word) => word !== '');
}

function distanceOf(given: readonly string[], known: readonly string[]): number {
	const edits = editsBetween(given.join(''), known.join(''));
	if (edits <= MOST_EDITS) return edits;
	return haveSameWords(given, known) || lacksLastWord(given, known) ? MOST_EDITS : Infinity;
}

/** RUNPOD_MAX_WORKERS for RUNPOD_WORKERS_MAX. */
function haveSameWords(given: readonly string[], known: readonly string[]): boolean {
	return [...given].sort().join(' ') === [...known].sort().join(' ');
}

/** RUNPOD_IMAGE for RUNPOD_IMAGE_NAME. */
function lacksLastWord(given: readonly string[], known: readonly string[]): boolean {
	return given.length >= FEWEST_WORDS && given.join(' ') === known.slice(0, -1).join(' ');
}

/** How many letters must be changed, taken out or put in to make one text of the other (Levenshtein). */
function editsBetween(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, i) => i);
	for (let i = 0; i < from.length; i++) {
		const next = [i + 1];
		for (let j = 0; j < to.length; j++) {
			const changed = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
			next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}

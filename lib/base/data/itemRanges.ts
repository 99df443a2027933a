/** Items by their numbers, as a person would write them: "item 4", "items 0-3, 7". */
export function itemRanges(items: readonly number[], word: 'item' | 'Item' = 'item'): string {
	const numbers = [...new Set(items)].sort((a, b) => a - b);
	const plural = numbers.length === 1 ? '' : 's';
	return `${word}${plural} ${rangesOf(numbers).map(rangeText).join(', ')}`;
}

interface Range {
	first: number;
	last: number;
}

function rangesOf(numbers: readonly number[]): Range[] {
	const ranges: Range[] = [];
	for (const number of numbers) {
		const range = ranges.at(-1);
		if (range && range.last + 1 === number) range.last = number;
		else ranges.push({ first: number, last: number });
	}
	return ranges;
}

function rangeText({ first, last }: Range): string {
	return first === last ? String(first) : `${String(first)}-${String(last)}`;
}

/** Names that a URL, a listing in XML or a signature may spoil. */
export const oddNames = [
	'two words',
	'one+two',
	'salt & pepper',
	'number #1',
	'really?',
	'100%',
	'%41 stays',
	'grüße-Ж-日本-🙂',
	`'single' "double"`,
	'(round) [square] {curly}',
	'a=b;c,d@e:f$g!h*i~j',
	'<tag> back\\slash',
	' leading and trailing ',
];

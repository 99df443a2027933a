/** What people type into n8n's panel of nodes when they look for this one. */
export const SEARCH_WORDS = [
	'ai video',
	'video generation',
	'portrait animation',
	'image to video',
	'avatar',
	'wan',
	'runpod',
];

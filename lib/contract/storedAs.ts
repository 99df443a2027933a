const LEADS = {
	there: '; its video is',
	coming: ' Its video will be',
	perhaps: ' If it made a video, it is',
} as const;

/** Where the video of a job is to be found, to go on after a sentence; empty where no key is known. */
export function storedAs(lead: keyof typeof LEADS, key: string | null | undefined): string {
	if (!key) return '';
	const words = `${LEADS[lead]} stored as ${key}`;
	return lead === 'there' ? words : `${words}.`;
}

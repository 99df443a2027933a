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

/** Where a video is to be had that came in RunPod's answer and lies nowhere else: for as long as RunPod keeps the answer. */
export const BY_STATUS = 'Get Status with its job ID gives out its video for half an hour';

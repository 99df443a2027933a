import type { MediaLook, TurnedPicture } from '../../../base/media/look';
import type { MediaKind, MediaType } from '../../../base/media/mediaType';
import type { OtherType } from '../../../base/media/otherType';

/** What is wrong with a file, to follow its name, and what to do about it. */
export interface MediaFault {
	message: string;
	remedy: string;
}

const KINDS: Readonly<Record<MediaKind, string>> = {
	portrait: 'a PNG, JPEG or WebP image',
	'driving video': 'an MP4, MOV or WebM video',
};

const TYPES: Readonly<Record<MediaType['extension'], string>> = {
	png: 'a PNG image',
	jpg: 'a JPEG image',
	webp: 'a WebP image',
	mp4: 'an MP4 file',
	mov: 'a MOV file',
	webm: 'a WebM file',
};

const DOWNLOADED_WHOLE =
	'It was not downloaded, copied or written to its end: get it anew, and see that it opens.';

/** What is wrong with a file that was looked at; nothing for a good one, and for one that nothing is known of. */
export function mediaFault(look: MediaLook, kind: MediaKind): MediaFault | undefined {
	switch (look.tag) {
		case 'good':
		case 'unknown':
			return undefined;
		case 'empty':
			return { message: 'is empty', remedy: 'Check the node or the program that gives the file.' };
		case 'other':
			return {
				message: `${unknownFault(kind).message}: it is ${look.other.what}`,
				remedy: otherRemedy(look.other, kind),
			};
		case 'cutOff':
			return {
				message: `is ${TYPES[look.type.extension]} that is cut off: its end is missing`,
				remedy: DOWNLOADED_WHOLE,
			};
		case 'noVideo':
			return {
				message: `is ${TYPES[look.type.extension]} without a video track: it holds sound alone`,
				remedy: 'Give a video of somebody who moves: sound moves nothing.',
			};
		case 'tooShort':
			return {
				message: `lasts ${String(Number(look.durationSeconds.toFixed(3)))} seconds: nothing moves in it`,
				remedy: 'As a rule a recording or a download broke off: give the whole video.',
			};
		case 'tooSmall':
			return {
				message: `is a picture of ${measures(look)}: no face can be seen in it`,
				remedy: 'As a rule it is a placeholder of a web page: give the picture itself.',
			};
		case 'animated':
			return {
				message: 'is an animated WebP, not a still picture',
				remedy: 'Save one picture of it as PNG or JPEG, and give that.',
			};
	}
}

/** Whether a look only says what the file seems to be: not enough where any type may be given. */
export function isGuess(look: MediaLook): boolean {
	return look.tag === 'other' && look.other.group === 'text';
}

/** What is wrong with a file whose type is not known, where it has to be. */
export function unknownFault(kind: MediaKind): MediaFault {
	return {
		message: `is not ${KINDS[kind]}`,
		remedy: 'Its content decides, not its name. Give a file of one of these types.',
	};
}

const PORTRAIT_REMEDIES: Readonly<Record<OtherType['group'], string>> = {
	picture: 'Save it as JPEG or PNG in an image viewer or editor, and give that.',
	'phone picture':
		'Save it as JPEG or PNG, and give that. On an iPhone: Settings, Camera, Formats, Most Compatible takes JPEGs.',
	video: 'A portrait is one still picture. Check that portrait and driving video are not mixed up.',
	sound: 'A portrait is one still picture: give a PNG, JPEG or WebP.',
	page: 'As a rule an address gave a page or an error in place of the file: check the step that gets it.',
	document: 'Give the picture itself, taken out of it, as PNG, JPEG or WebP.',
	text: 'Its content decides, not its name. Give the picture itself.',
	encoded:
		"Give that text as base64, encoded once; or make a file of it before, with n8n's node Convert to File (Move Base64 String to File).",
};

const VIDEO_REMEDIES: Readonly<Record<OtherType['group'], string>> = {
	...PORTRAIT_REMEDIES,
	picture:
		'A driving video is one of these types. Check that portrait and driving video are not mixed up.',
	'phone picture':
		'A driving video is one of these types. Check that portrait and driving video are not mixed up.',
	video:
		'Convert it to MP4 (H.264), with a program such as HandBrake or with ffmpeg, and give that.',
	sound: 'Give a video of somebody who moves: sound moves nothing.',
	document: 'Give the video itself, taken out of it, as MP4, MOV or WebM.',
	text: 'Its content decides, not its name. Give the video itself.',
};

function otherRemedy({ group }: OtherType, kind: MediaKind): string {
	return (kind === 'portrait' ? PORTRAIT_REMEDIES : VIDEO_REMEDIES)[group];
}

function measures({ widthPx, heightPx }: { widthPx: number; heightPx: number }): string {
	const pixels = widthPx === 1 && heightPx === 1 ? 'pixel' : 'pixels';
	return `${String(widthPx)} x ${String(heightPx)} ${pixels}`;
}

/** How the picture lies as it is stored, by EXIF's orientation. */
const LIES: Readonly<Record<number, string>> = {
	2: 'mirrored',
	3: 'upside down',
	4: 'upside down and mirrored',
	5: 'on its side and mirrored',
	6: 'on its side',
	7: 'on its side and mirrored',
	8: 'on its side',
};

/** What the worker gets of a portrait that viewers turn; `name` with its kind, such as `The portrait "me.jpg"`. */
export function turnedNote(
	name: string,
	{ orientation, widthPx, heightPx }: TurnedPicture,
): string {
	const lies = LIES[orientation] ?? 'turned';
	const size = widthPx === null || heightPx === null ? '' : ` (${measures({ widthPx, heightPx })})`;
	return `${name} is stored ${lies}${size}, with a mark for viewers to turn it (EXIF orientation ${String(orientation)}). The worker gets it as it is stored: if it does not heed the mark, the avatar is ${lies} too. Turn it in an image editor and save it anew to be sure.`;
}

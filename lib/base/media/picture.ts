import { TooLong, Unreadable } from './partFile';

/** What the head and the end of a picture tell. */
export interface Picture {
	/** In pixels, as stored; null where the head does not tell. */
	widthPx: number | null;
	heightPx: number | null;
	/** How a viewer turns it: EXIF's 1 (not at all) to 8. */
	orientation: number;
	isCutOff: boolean;
	isAnimated: boolean;
}

/** A picture as far as it can be read; one that ends too early for that is cut off. */
export async function readPicture(read: (picture: Picture) => Promise<void>): Promise<Picture> {
	const picture: Picture = {
		widthPx: null,
		heightPx: null,
		orientation: 1,
		isCutOff: false,
		isAnimated: false,
	};
	try {
		await read(picture);
	} catch (error) {
		if (error instanceof Unreadable) picture.isCutOff = true;
		else if (!(error instanceof TooLong)) throw error;
	}
	return picture;
}

import { expect, it } from '@jest/globals';
import { parseJobInput } from '../../../lib/contract/parseJobInput';

const ids = { user_id: 'user_1', avatar_id: 'avatar_1' };
const portraitAt = (image_url: string) =>
	parseJobInput({ ...ids, image_url, driving_video_path: 'moves.mp4' });

it.each<[address: string, service: string, remedy: string]>([
	[
		'https://drive.google.com/file/d/1A2b_C-3/view?usp=sharing',
		'Google Drive',
		'give https://drive.usercontent.google.com/download?id=1A2b_C-3&export=download&confirm=t',
	],
	[
		'https://drive.google.com/file/d/1A2b/view?usp=drive_link&resourcekey=0-xyz',
		'Google Drive',
		'?id=1A2b&export=download&confirm=t&resourcekey=0-xyz',
	],
	['https://drive.google.com/file/u/1/d/1A2b/preview', 'Google Drive', '?id=1A2b&'],
	['https://drive.google.com/open?id=1A2b', 'Google Drive', '?id=1A2b&'],
	['https://drive.google.com/drive/folders/1A2b', 'Google Drive', 'give it as a binary file'],
	['https://docs.google.com/document/d/1A2b/edit', 'Google Drive', 'give it as a binary file'],
	['https://photos.app.goo.gl/abc', 'Google Photos', 'give it as a binary file'],
	['https://www.dropbox.com/s/abc/me.png?dl=0', 'Dropbox', 'with dl=1 at its end'],
	['https://www.dropbox.com/scl/fi/abc/me.png?rlkey=x&st=y&dl=0', 'Dropbox', 'with dl=1'],
	['https://dropbox.com/s/abc/me.png', 'Dropbox', 'with ?dl=1 at its end'],
	['https://www.dropbox.com/scl/fi/abc/me.png?rlkey=x', 'Dropbox', 'with &dl=1 at its end'],
	['https://www.dropbox.com/transfer/AbC', 'Dropbox', 'give it as a binary file'],
	['https://drive.google.com/a/example.com/file/d/1A2b/view', 'Google Drive', '?id=1A2b&'],
	['https://drive.google.com/u/0/file/d/1A2b/view', 'Google Drive', '?id=1A2b&'],
	['https://www.dropbox.com/scl/fo/abc/h?rlkey=x', 'Dropbox', 'give it as a binary file'],
	['https://1drv.ms/v/s!AbC', 'OneDrive', 'give it as a binary file'],
	['https://onedrive.live.com/?id=1&cid=2', 'OneDrive', 'give it as a binary file'],
	[
		'https://firm-my.sharepoint.com/:i:/g/personal/me/Abc?e=xyz',
		'SharePoint or OneDrive',
		'with &download=1 at its end',
	],
	[
		'https://firm-my.sharepoint.com/:v:/g/personal/me/Abc',
		'SharePoint or OneDrive',
		'with ?download=1 at its end',
	],
	...[
		'https://firm-my.sharepoint.com/personal/me/_layouts/15/stream.aspx?id=%2Fme.mp4',
		'https://firm-my.sharepoint.com/personal/me/_layouts/15/onedrive.aspx?id=%2Fme.mp4',
		'https://firm-my.sharepoint.com/my?id=%2Fme.mp4',
		'https://firm.sharepoint.com/sites/x/Shared%20Documents/Forms/AllItems.aspx?id=%2Fme.mp4',
	].map((address): [string, string, string] => [
		address,
		'SharePoint or OneDrive',
		'give it as a binary file',
	]),
	['https://www.mediafire.com/file/abc/me.mp4/file', 'MediaFire', 'give it as a binary file'],
	['https://u.pcloud.link/publink/show?code=abc', 'pCloud', 'give it as a binary file'],
	['https://www.icloud.com/iclouddrive/0abc#me', 'iCloud', 'give it as a binary file'],
	['https://share.icloud.com/photos/0abc', 'iCloud', 'give it as a binary file'],
	['https://app.box.com/s/abc', 'Box', 'give it as a binary file'],
	['https://we.tl/t-abc', 'WeTransfer', 'give it as a binary file'],
	['https://firm.wetransfer.com/downloads/abc/def', 'WeTransfer', 'give it as a binary file'],
	['https://mega.nz/file/abc#key', 'Mega', 'give it as a binary file'],
	['https://www.youtube.com/watch?v=abc', 'YouTube', 'give it as a binary file'],
	['https://youtu.be/abc', 'YouTube', 'give it as a binary file'],
	['HTTPS://WWW.YouTube.com/shorts/abc', 'YouTube', 'give it as a binary file'],
	['https://vimeo.com/123456', 'Vimeo', 'give it as a binary file'],
	['https://player.vimeo.com/video/123456', 'Vimeo', 'give it as a binary file'],
	['https://www.tiktok.com/@me/video/1', 'TikTok', 'give it as a binary file'],
	['https://www.instagram.com/p/abc/', 'Instagram', 'give it as a binary file'],
	['https://x.com/me/status/1', 'X', 'give it as a binary file'],
	['https://github.com/me/repo/blob/main/me.png', 'GitHub', '/raw/ in place of /blob/'],
	['https://gitlab.com/me/repo/-/blob/main/me.png', 'GitLab', '/-/raw/ in place of'],
	['https://huggingface.co/me/x/blob/main/me.png', 'Hugging Face', '/resolve/ in place of'],
	['https://imgur.com/abc', 'Imgur', 'begins with https://i.imgur.com/'],
	['https://unsplash.com/photos/a-man-abc', 'Unsplash', '/download at its end'],
	['https://www.pexels.com/video/a-man-123/', 'Pexels', 'give it as a binary file'],
	['https://www.pexels.com/de-de/foto/mann-123/', 'Pexels', 'give it as a binary file'],
	['https://unsplash.com/de/fotos/ein-mann-abc', 'Unsplash', '/download at its end'],
	['https://pixabay.com/photos/a-man-123/', 'Pixabay', 'give it as a binary file'],
	['https://commons.wikimedia.org/wiki/File:Me.jpg', 'Wikimedia', 'https://upload.wikimedia.org/'],
])('%s is a page of %s: %s', (address, service, remedy) => {
	const words = `is the address of a page of ${service}, not of a file`;
	expect(() => portraitAt(address)).toThrow(words);
	expect(() => portraitAt(address)).toThrow(remedy);
	expect(() =>
		parseJobInput({ ...ids, image_minio_path: 'me.png', driving_video_url: address }),
	).toThrow(words);
});

it.each([
	'https://example.com/me.png',
	'https://example.com/files/d/view?usp=sharing',
	'https://drive.usercontent.google.com/download?id=1A2b&export=download&confirm=t',
	'https://drive.google.com/uc?export=download&id=1A2b',
	'https://www.dropbox.com/s/abc/me.png?dl=1',
	'https://www.dropbox.com/scl/fi/abc/me.png?rlkey=x&raw=1',
	'https://dl.dropboxusercontent.com/s/abc/me.png',
	'https://firm.sharepoint.com/:i:/g/personal/me/Abc?e=xyz&download=1',
	'https://onedrive.live.com/download?resid=1',
	'https://app.box.com/shared/static/abc.png',
	'https://download.wetransfer.com/eugv/abc/me.png',
	'https://player.vimeo.com/progressive_redirect/playback/1/rendition/720p/file.mp4',
	'https://raw.githubusercontent.com/me/repo/main/me.png',
	'https://github.com/me/repo/blob/main/me.png?raw=true',
	'https://github.com/me/repo/raw/main/me.png',
	'https://huggingface.co/me/x/resolve/main/me.png',
	'https://i.imgur.com/abc.jpg',
	'https://huggingface.co/datasets/me/x/resolve/main/blob/me.png',
	'https://imgur.com/download/abc',
	'https://docs.google.com/presentation/d/1A2b/export/png',
	'https://www.pexels.com/download/video/3048163/?fps=25.0&h=720&w=1280',
	'https://firm.sharepoint.com/sites/x/_layouts/15/download.aspx?share=abc',
	'https://images.pexels.com/photos/1/me.jpeg',
	'https://commons.wikimedia.org/wiki/Special:FilePath/Me.jpg',
	'https://notdropbox.com/s/abc/me.png',
	'https://cdn.example.com/photo.heic?format=jpg',
])('%s may be a file', (address) => {
	expect(portraitAt(address).image_url).toBe(address);
});

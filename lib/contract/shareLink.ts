/** A host, or the end of one, whose addresses of some shape are pages that show a file. */
interface Service {
	name: string;
	host: RegExp;
	isPage: (url: URL) => boolean;
	/** What to give in place of it; nothing where there is no address of the file itself. */
	direct?: (url: URL) => string | undefined;
}

const always = () => true;
const onPath = (path: RegExp) => (url: URL) => path.test(url.pathname);
const lacks = (name: string, values: RegExp) => (url: URL) =>
	!values.test(url.searchParams.get(name) ?? '');

const addedText = ({ search }: URL, parameter: string) =>
	`${search === '' ? '?' : '&'}${parameter} at its end`;

/** Those that people paste; what else such a host serves passes. */
const SERVICES: readonly Service[] = [
	{
		name: 'Google Drive',
		host: /^(?:drive|docs)\.google\.com$/,
		isPage: ({ pathname }) => DRIVE_PAGE.test(pathname) && !pathname.includes('/export/'),
		direct: driveDownload,
	},
	{ name: 'Google Photos', host: /^photos\.(?:google\.com|app\.goo\.gl)$/, isPage: always },
	{
		name: 'Dropbox',
		host: /^(?:www\.)?dropbox\.com$/,
		isPage: (url) =>
			/^\/(?:s|sh|scl|t|home|preview|transfer)\//.test(url.pathname) &&
			lacks('dl', /^1$/)(url) &&
			lacks('raw', /^1$/)(url),
		direct: (url) =>
			/^\/(?:s|scl\/fi)\//.test(url.pathname)
				? `the same address with ${url.searchParams.has('dl') ? 'dl=1 at its end in place of dl=0' : addedText(url, 'dl=1')}`
				: undefined,
	},
	{
		name: 'OneDrive',
		host: /^(?:1drv\.ms|(?:photos\.)?onedrive\.(?:live\.)?com)$/,
		isPage: (url) => !url.pathname.startsWith('/download') && lacks('download', /^1$/)(url),
	},
	{
		name: 'SharePoint or OneDrive',
		host: /\.sharepoint\.com$/,
		isPage: (url) =>
			/^\/:[a-z]:\/|^\/my$|\/_layouts\/15\/(?:stream|onedrive)\.aspx$|\/Forms\/\w+\.aspx$/i.test(
				url.pathname,
			) && lacks('download', /^1$/)(url),
		direct: (url) =>
			url.pathname.startsWith('/:')
				? `the same address with ${addedText(url, 'download=1')}`
				: undefined,
	},
	{
		name: 'iCloud',
		host: /^(?:(?:www\.)?icloud\.com|share\.icloud\.com|photos\.icloud\.com)$/,
		isPage: always,
	},
	{ name: 'Box', host: /^(?:[\w-]+\.)*box\.com$/, isPage: onPath(/^\/(?:s|v|file|folder)\//) },
	{ name: 'WeTransfer', host: /^we\.tl$/, isPage: always },
	{ name: 'WeTransfer', host: /(?:^|\.)wetransfer\.com$/, isPage: onPath(/^\/downloads\//) },
	{
		name: 'MediaFire',
		host: /^(?:www\.)?mediafire\.com$/,
		isPage: onPath(/^\/(?:file|view|folder)\//),
	},
	{ name: 'pCloud', host: /^[ue]\.pcloud\.link$/, isPage: always },
	{ name: 'Mega', host: /^(?:www\.)?mega\.(?:nz|io)$/, isPage: always },
	{
		name: 'YouTube',
		host: /^(?:youtu\.be|(?:(?:www|m|music)\.)?youtube\.com)$/,
		isPage: always,
	},
	{
		name: 'Vimeo',
		host: /^(?:www\.)?vimeo\.com$/,
		isPage: onPath(/^\/(?:\d|channels\/|manage\/)/),
	},
	{ name: 'Vimeo', host: /^player\.vimeo\.com$/, isPage: onPath(/^\/video\//) },
	{ name: 'TikTok', host: /^(?:(?:www|m|vm|vt)\.)?tiktok\.com$/, isPage: always },
	{ name: 'Instagram', host: /^(?:www\.)?instagram\.com$/, isPage: always },
	{ name: 'Facebook', host: /^(?:fb\.watch|(?:(?:www|m|web)\.)?facebook\.com)$/, isPage: always },
	{ name: 'X', host: /^(?:(?:www|mobile)\.)?(?:x|twitter)\.com$/, isPage: always },
	{
		name: 'GitHub',
		host: /^github\.com$/,
		isPage: (url) =>
			/^\/[^/]+\/[^/]+\/blob\//.test(url.pathname) && lacks('raw', /^(?:1|true)$/)(url),
		direct: () => 'the same address with /raw/ in place of /blob/',
	},
	{
		name: 'GitLab',
		host: /^gitlab\.com$/,
		isPage: onPath(/\/-\/blob\//),
		direct: () => 'the same address with /-/raw/ in place of /-/blob/',
	},
	{
		name: 'Hugging Face',
		host: /^huggingface\.co$/,
		isPage: onPath(/^\/(?:(?:datasets|spaces)\/)?[^/]+\/[^/]+\/blob\//),
		direct: () => 'the same address with /resolve/ in place of /blob/',
	},
	{
		name: 'Imgur',
		host: /^(?:(?:www|m)\.)?imgur\.com$/,
		isPage: onPath(/^(?!\/download\/)(?!.*\.\w{3,4}$)/),
		direct: () =>
			'the address of the picture itself, which begins with https://i.imgur.com/ and ends with .jpg or .png',
	},
	{
		name: 'Unsplash',
		host: /^unsplash\.com$/,
		isPage: onPath(/^\/(?:[a-z-]+\/)?(?:photos|fotos)\/(?!.*\/download$)/),
		direct: () => 'the same address with /download at its end',
	},
	{
		name: 'Pexels',
		host: /^(?:www\.)?pexels\.com$/,
		isPage: onPath(/^\/(?!download\/)(?:[a-z-]+\/)?(?:photo|foto|video)\/(?!.*\/download)/),
	},
	{
		name: 'Pixabay',
		host: /^pixabay\.com$/,
		isPage: onPath(/^\/(?:[a-z]{2}\/)?(?:photos|videos|images|illustrations)\/(?!download)/),
	},
	{
		name: 'Wikimedia',
		host: /(?:^|\.)(?:wikimedia|wikipedia)\.org$/,
		isPage: onPath(/^\/wiki\/[^/]*:[^/]+\.\w{3,4}$/),
		direct: () =>
			'the address that its link "Original file" has, which begins with https://upload.wikimedia.org/',
	},
];

/** Before the kind of page there may be the firm, or which of several accounts it is. */
const DRIVE_PAGE =
	/^\/(?:a\/[^/]+\/)?(?:u\/\d+\/)?(?:file|drive|open|folderview|document|presentation|spreadsheets)(?:\/|$)/;

/** The address of the file that a link of Google Drive shows. */
function driveDownload({ pathname, searchParams }: URL): string | undefined {
	const id =
		/^\/(?:a\/[^/]+\/)?(?:u\/\d+\/)?file\/(?:u\/\d+\/)?d\/([\w-]+)/.exec(pathname)?.[1] ??
		openedId(pathname, searchParams);
	if (id === undefined) return undefined;
	const key = searchParams.get('resourcekey');
	const more = key !== null && /^[\w-]+$/.test(key) ? `&resourcekey=${key}` : '';
	return `https://drive.usercontent.google.com/download?id=${id}&export=download&confirm=t${more} (the file must be shared with anyone who has the link)`;
}

function openedId(pathname: string, searchParams: URLSearchParams): string | undefined {
	const id = pathname.startsWith('/open') ? searchParams.get('id') : null;
	return id !== null && /^[\w-]+$/.test(id) ? id : undefined;
}

/** Says what is wrong with the address of a page that only shows a file; nothing for any other address. */
export function shareLinkFault(address: string): string | undefined {
	const url = new URL(address);
	const service = SERVICES.find(({ host, isPage }) => host.test(url.hostname) && isPage(url));
	if (!service) return undefined;
	const direct = service.direct?.(url);
	const remedy =
		direct === undefined
			? 'download the file and give it as a binary file, or put it into MinIO'
			: `give ${direct}`;
	return `is the address of a page of ${service.name}, not of a file, and the worker would download the page: ${remedy}`;
}

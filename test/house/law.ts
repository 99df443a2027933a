import type { Import } from './imports';

interface Law {
	who: RegExp;
	/** What it may import as a value, and so as a type too. */
	may: RegExp;
	/** What it may import as a type only. */
	mayAsType?: RegExp;
}

const nothing = /$^/;

/** Who may import whom: the first law that fits a file is its law. */
const laws: readonly Law[] = [
	{ who: /^lib\/base\//, may: /^(lib\/base\/|zod\/v4$)/ },
	{ who: /^lib\/contract\//, may: /^(lib\/(base|contract)\/|zod\/v4$)/ },
	{ who: /^lib\/cost\//, may: /^(lib\/(base|cost)\/|zod\/v4$)/ },
	{
		who: /^lib\/runpod\/http\/http\.ts$/,
		may: /^(lib\/(base|contract|runpod)\/|undici$|package\.json$)/,
	},
	{
		who: /^lib\/runpod\/http\/answerBody\.ts$/,
		may: /^(lib\/(base|contract)\/|node:(util|zlib)$)/,
	},
	{
		who: /^lib\/runpod\/http\/(agent|sentWatch)\.ts$/,
		may: /^lib\/(base|contract)\//,
		mayAsType: /^undici$/,
	},
	{ who: /^lib\/runpod\//, may: /^(lib\/(base|contract|cost|runpod)\/|zod\/v4$)/ },
	{
		who: /^lib\/storage\/client\/client\.ts$/,
		may: /^minio$/,
		mayAsType: /^lib\/storage\//,
	},
	{
		who: /^lib\/storage\/client\/transport\.ts$/,
		may: /^(node:https?$|lib\/(base|contract)\/)/,
		mayAsType: /^lib\/storage\//,
	},
	{
		who: /^lib\/storage\/client\/(checkedStream|timedStream)\.ts$/,
		may: /^(lib\/(base|contract|storage)\/|node:stream$)/,
	},
	{
		who: /^lib\/storage\/objects\/putStream\.ts$/,
		may: /^(lib\/(base|contract)\/|node:crypto$)/,
		mayAsType: /^node:stream$/,
	},
	{
		who: /^lib\/storage\//,
		may: /^(lib\/(base|contract|storage)\/|zod\/v4$)/,
		mayAsType: /^node:stream$/,
	},
	{
		who: /^lib\/following\//,
		may: /^lib\/(base|contract|following)\//,
		mayAsType: /^lib\/runpod\/queue\/(job|health)\.ts$/,
	},
	{
		who: /^lib\/generation\//,
		may: /^(lib\/(base|contract|cost|following|generation)\/|zod\/v4$|node:(crypto|stream)$)/,
		mayAsType: /^lib\/(runpod|storage)\//,
	},
	{ who: /^lib\/deployment\//, may: /^(lib\/(base|contract|cost|deployment|runpod)\/|zod\/v4$)/ },
	{ who: /^cli\//, may: /^(node:|lib\/|cli\/|commander$|package\.json$)/ },
	{ who: /^nodes\//, may: /^(lib\/|nodes\/|n8n-workflow$)/ },
	{ who: /^credentials\//, may: /^(lib\/|n8n-workflow$)/ },
	{
		who: /^standin\/worker\//,
		may: /^(node:|standin\/(worker|queue\/jobs\/workerHandler)|minio$|@ffmpeg-installer\/ffmpeg$)/,
	},
	{ who: /^standin\//, may: /^(node:|standin\/)/ },
	{ who: /^demo\//, may: /^(?!test\/)/ },
];

/** What a file imports against the law. */
export function breaches(file: string, imports: readonly Import[]): string[] {
	const { may, mayAsType = nothing } = laws.find(({ who }) => who.test(file)) ?? { may: nothing };
	return imports
		.filter(({ name, isType }) => !may.test(name) && !(isType && mayAsType.test(name)))
		.map(({ name }) => name);
}

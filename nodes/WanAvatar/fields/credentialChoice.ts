import type { INode, INodeProperties } from 'n8n-workflow';

/** For operations that also work without MinIO. */
export const useMinio: INodeProperties = {
	displayName: 'Use MinIO API Credential',
	name: 'useMinioCredential',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether to use your MinIO storage too, by a MinIO API credential. Then portraits and templates can be chosen from a list, files of any size can be given, missing files are noticed before anything is paid, videos are checked and found again after a crash, and links open for up to 7 days.',
};

/** For Generate, which is paid. */
export const withoutMinioNotice: INodeProperties = {
	displayName:
		'Without MinIO nothing is noted outside n8n: if n8n or its queue worker is killed while a job is under way, the next run makes and pays that video again.',
	name: 'withoutMinioNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { [useMinio.name]: [false] } },
};

/** For the operations that put an image into an endpoint. */
export const privateImage: INodeProperties = {
	displayName: 'Private Image',
	name: 'privateImage',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether the image can only be downloaded after signing in, by a Container Registry API credential',
};

/** Marks what never looks into the bucket: the names of operations alone do not tell, since resources share them. */
export const needsNoMinio: INodeProperties = {
	displayName: 'Needs No MinIO',
	name: 'needsNoMinio',
	type: 'hidden',
	default: true,
};

/** Whether the form of the node asks for the bucket; where there is no switch for it, it must be there. */
export function asksForMinio({ parameters }: INode): boolean {
	return parameters[useMinio.name] !== false && parameters[needsNoMinio.name] !== true;
}

/** A node that was written elsewhere than in the editor, which leaves out what it does not show. */
export function leavesMinioUnused({ parameters, credentials }: INode): boolean {
	return parameters[useMinio.name] === false && credentials?.minioApi !== undefined;
}

export function asksForRegistry({ parameters }: INode): boolean {
	return parameters[privateImage.name] === true;
}

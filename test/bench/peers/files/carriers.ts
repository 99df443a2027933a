import type { INodeParameters } from 'n8n-workflow';
import type { Credentials } from '../../../../demo/engine';
import { PEERS, type Peer } from '../versions';

/** The servers that files are carried to and from. */
export interface Place {
	/** An object store that is reached by TLS. */
	store: {
		endPoint: string;
		port: number;
		accessKey: string;
		secretKey: string;
		bucket: string;
	};
	runPod: { apiKey: string; endpointId: string; queueBaseUrl: string };
}

/** Into the object store, or out of it. */
export type Direction = 'up' | 'down';

/** A node of the workflow. */
export interface Step {
	/** As n8n names it, with its package. */
	type: string;
	typeVersion: number;
	parameters: INodeParameters;
}

/** A way in which a workflow brings a file of a binary field into the store, and back into one. */
export interface Carrier {
	/** What people pick for it; of this package where there is no peer. */
	name: string;
	/** The one that it is a way of; others may help. */
	peer?: Peer;
	helpers?: readonly Peer[];
	/** Where the file is in the store after `up` of the field `data`, which has this SHA-256. */
	keyOf: (key: string, sha256: string) => string;
	up: (place: Place, key: string) => readonly Step[];
	down: (place: Place, key: string) => readonly Step[];
	/** The binary field that the file is in after `down`. */
	field: string;
}

export type CarrierName = 'generate' | 'template' | 'awsS3' | 'minio' | 'minioWinth';

const own = (parameters: INodeParameters): Step[] => [
	{ type: 'n8n-nodes-wan-avatar.wanAvatar', typeVersion: 1, parameters },
];

const generateForm = {
	resource: 'avatar',
	operation: 'generate',
	userId: 'user_1',
	avatarId: 'bench',
	portraitSource: 'minioPath',
	portraitPath: 'input-avatars/portrait.png',
};

const awsS3 = (parameters: INodeParameters): Step[] => [
	{ type: 'n8n-nodes-base.awsS3', typeVersion: 2, parameters: { resource: 'file', ...parameters } },
];

const minioWinth = (parameters: INodeParameters): Step[] => [
	{
		type: '@winth03/n8n-nodes-minio.minIo',
		typeVersion: 1,
		parameters: { resource: 'object', fieldName: 'data', ...parameters },
	},
];

const byId = (value: string) => ({ __rl: true, mode: 'id', value });

/** A link of n8n-nodes-minio, and n8n's HTTP Request to use it: the node itself carries no files. */
const minioLink = (
	{ store }: Place,
	operation: string,
	key: string,
	request: INodeParameters,
): Step[] => [
	{
		type: 'n8n-nodes-minio.minioNode',
		typeVersion: 1,
		parameters: {
			resource: 'object',
			operation,
			bucket: { __rl: true, mode: 'name', value: store.bucket },
			key,
		},
	},
	{
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: { url: '={{ $json.url }}', ...request },
	},
];

export const CARRIERS: Readonly<Record<CarrierName, Carrier>> = {
	generate: {
		name: 'Generate',
		keyOf: (_key, sha256) => `driving-videos/user_1/bench/${sha256}.mp4`,
		up: () =>
			own({
				...generateForm,
				drivingVideoSource: 'binary',
				drivingVideoBinaryField: 'data',
				waitForCompletion: false,
			}),
		down: (_place, key) =>
			own({
				...generateForm,
				drivingVideoSource: 'minioPath',
				drivingVideoPath: 'sitting-woman/driving-video.mp4',
				outputVideoKey: key,
				outputOptions: { downloadVideo: true },
			}),
		field: 'video',
	},
	template: {
		name: 'Template: Upload, Video: Download',
		keyOf: (key) => key,
		up: (_place, key) =>
			own({
				resource: 'template',
				operation: 'upload',
				templateBinaryField: 'data',
				templatePath: key,
			}),
		down: (_place, key) =>
			own({ resource: 'video', operation: 'download', videoKey: key, thumbnailKey: '' }),
		field: 'video',
	},
	awsS3: {
		name: PEERS.awsS3.name,
		peer: PEERS.awsS3,
		keyOf: (key) => key,
		up: ({ store }, key) =>
			awsS3({ operation: 'upload', bucketName: store.bucket, fileName: key, binaryData: true }),
		down: ({ store }, key) =>
			awsS3({ operation: 'download', bucketName: store.bucket, fileKey: key }),
		field: 'data',
	},
	minio: {
		name: `${PEERS.minio.name} and n8n's HTTP Request`,
		peer: PEERS.minio,
		helpers: [PEERS.awsS3],
		keyOf: (key) => key,
		up: (place, key) =>
			minioLink(place, 'presignedPutObject', key, {
				method: 'PUT',
				sendBody: true,
				contentType: 'binaryData',
				inputDataFieldName: 'data',
			}),
		down: (place, key) =>
			minioLink(place, 'presignedGetObject', key, {
				options: { response: { response: { responseFormat: 'file' } } },
			}),
		field: 'data',
	},
	minioWinth: {
		name: PEERS.minioWinth.name,
		peer: PEERS.minioWinth,
		keyOf: (key) => key,
		up: ({ store }, key) =>
			minioWinth({
				operation: 'put',
				bucketName: byId(store.bucket),
				options: { objectName: key },
			}),
		down: ({ store }, key) =>
			minioWinth({ operation: 'get', bucketName: byId(store.bucket), objectName: byId(key) }),
		field: 'data',
	},
};

/** The same key of the same server, as each of the nodes wants to have it. */
export function credentialsFor({ store, runPod }: Place): Credentials {
	const { endPoint, port, accessKey, secretKey, bucket } = store;
	return {
		runPodApi: { ...runPod },
		minioApi: {
			endpoint: `${endPoint}:${String(port)}`,
			useSSL: true,
			region: 'us-east-1',
			accessKey,
			secretKey,
			bucket,
		},
		aws: {
			region: 'us-east-1',
			accessKeyId: accessKey,
			secretAccessKey: secretKey,
			customEndpoints: true,
			s3Endpoint: `https://${endPoint}:${String(port)}`,
		},
		minioCredentialsApi: {
			endPoint,
			port,
			accessKeyId: accessKey,
			accessKeySecret: secretKey,
			useSSL: true,
		},
		minIoApi: { endpoint: endPoint, port, accessKey, secretKey, useSSL: true },
	};
}

import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

export class MinioApi implements ICredentialType {
	name = 'minioApi';

	displayName = 'MinIO API';

	icon: Icon = {
		light: 'file:minioApi.svg',
		dark: 'file:minioApi.dark.svg',
	};

	documentationUrl =
		'https://min.io/docs/minio/linux/administration/identity-access-management/minio-user-management.html';

	properties: INodeProperties[] = [
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. minio.example.com:9000',
			description:
				'Address of the MinIO server for programs: its name, with the port if it has one. A pasted address with https:// or http:// is understood too.',
		},
		{
			displayName: 'Use SSL',
			name: 'useSSL',
			type: 'boolean',
			default: true,
			description: 'Whether to connect by HTTPS. A pasted address decides this by itself.',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'string',
			default: 'us-east-1',
			description: "Region of the server. us-east-1 is MinIO's own default.",
		},
		{
			displayName: 'Access Key',
			name: 'accessKey',
			type: 'string',
			default: '',
			required: true,
		},
		{
			displayName: 'Secret Key',
			name: 'secretKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Bucket',
			name: 'bucket',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. avatar-templates',
			description: 'The bucket that the Wan avatar worker reads from and writes to',
		},
		{
			displayName: 'Public Endpoint',
			name: 'publicEndpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://storage.example.com',
			description:
				'Where others reach the same server, if that differs from Endpoint. Links to videos lead there.',
		},
		{
			displayName: 'CA Certificate',
			name: 'caCertificate',
			type: 'string',
			typeOptions: { password: true, rows: 4 },
			default: '',
			placeholder: 'e.g. -----BEGIN CERTIFICATE----- …',
			description:
				"The certificate (PEM) of the company's own CA, or of the server itself, if no public CA has signed the server's",
		},
		{
			displayName: 'Allow Insecure TLS',
			name: 'allowInsecureTls',
			type: 'boolean',
			default: false,
			description:
				"Whether to connect by HTTPS without looking at the server's certificate. Anyone in between can then read and change what is sent: paste the CA certificate instead if you can.",
		},
	];
}

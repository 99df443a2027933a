import type { StorageSettings } from './minioCredential';
import { CREDENTIAL, type Words } from './faultWords';
import { NEEDS_HTTPS, NOT_AN_OBJECT_STORE } from './transport';

/** No object store was reached. */
export function connectionFaults(
	{ useSSL }: StorageSettings,
	server: string,
	said: string,
): Map<string, Words> {
	const offline = {
		message: `No object store answers at ${server}`,
		remedy: `Check Endpoint and port ${CREDENTIAL}, and that the server is running and reachable from n8n.`,
	};
	const noHost = {
		message: `There is no host named ${server}`,
		remedy: `Check Endpoint ${CREDENTIAL}.`,
	};
	const wrongSsl = {
		message: `The object store at ${server} does not speak ${useSSL ? 'HTTPS' : 'HTTP'}`,
		remedy: `Turn Use SSL ${useSSL ? 'off' : 'on'} ${CREDENTIAL}, or correct the port.`,
	};
	const needsHttps = {
		message: `The object store at ${server} speaks HTTPS, and was asked by HTTP`,
		remedy: `Turn Use SSL on ${CREDENTIAL}, or correct the port.`,
	};
	const stranger = {
		message: `What answers at ${server} is not an object store with an S3 API, but a web server or another service (${said})`,
		remedy: `Check Endpoint and port ${CREDENTIAL}: MinIO has one port for S3, often 9000, and another one for its web console, often 9001.`,
	};
	const cut = {
		message: `The object store at ${server} ended the connection without an answer`,
		remedy: useSSL
			? `Try again. If it always does so, check Endpoint, port and Use SSL ${CREDENTIAL}.`
			: `If it speaks HTTPS, turn Use SSL on ${CREDENTIAL}. Otherwise try again.`,
	};
	const pairs: [string, Words][] = [
		['ECONNREFUSED', offline],
		['ETIMEDOUT', offline],
		['EHOSTUNREACH', offline],
		['ENETUNREACH', offline],
		['ENOTFOUND', noHost],
		['EAI_AGAIN', noHost],
		['EPROTO', wrongSsl],
		['ERR_SSL_WRONG_VERSION_NUMBER', wrongSsl],
		['ERR_SSL_PACKET_LENGTH_TOO_LONG', wrongSsl],
		['ECONNRESET', cut],
		['EPIPE', cut],
		[NEEDS_HTTPS, needsHttps],
		[NOT_AN_OBJECT_STORE, stranger],
	];
	return new Map([...pairs, ...certificateFaults(server)]);
}

function certificateFaults(server: string): [string, Words][] {
	const untrusted = {
		message: `The certificate of ${server} is not signed by a CA that n8n trusts`,
		remedy: `Paste the CA's certificate into CA Certificate ${CREDENTIAL}.`,
	};
	const ofAnother = {
		message: `The certificate of ${server} is for another host name`,
		remedy: `Check Endpoint ${CREDENTIAL}: it must be a name that the certificate holds.`,
	};
	const outOfDate = {
		message: `The certificate of ${server} has expired or does not count yet`,
		remedy: "Renew the server's certificate, or set the clock of n8n's machine.",
	};
	return [
		['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
		['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
		['UNABLE_TO_GET_ISSUER_CERT', untrusted],
		['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
		['ERR_TLS_CERT_ALTNAME_INVALID', ofAnother],
		['CERT_HAS_EXPIRED', outOfDate],
		['CERT_NOT_YET_VALID', outOfDate],
	];
}

import { once } from 'node:events';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { NewCredential } from './rest';

/** A mail with all whom it was for; blind copies stand in no header. */
export type Mail = Email & { recipients: readonly string[] };

/** A mail server on 127.0.0.1 that delivers everything to itself. */
export interface Mailbox {
	/** What came in so far, the oldest first. */
	mails: () => readonly Mail[];
	credential: NewCredential;
	close: () => Promise<void>;
}

export async function startMailbox(
	onMail: (mail: Mail) => void = () => undefined,
): Promise<Mailbox> {
	const mails: Mail[] = [];
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		onData: (stream, { envelope }, done) => {
			const recipients = envelope.rcptTo.map(({ address }) => address);
			receive(stream).then(
				(email) => {
					const mail = { ...email, recipients };
					mails.push(mail);
					onMail(mail);
					done();
				},
				(error: unknown) => {
					done(error instanceof Error ? error : new Error(String(error)));
				},
			);
		},
	});
	server.on('error', () => undefined);
	const listening = server.listen(0, '127.0.0.1');
	await once(listening, 'listening');
	const address = listening.address();
	if (typeof address !== 'object' || !address) throw new Error('the mail server has no port');
	const data = { host: '127.0.0.1', port: address.port, secure: false, disableStartTls: true };
	return {
		mails: () => mails,
		credential: { name: 'Mail server', type: 'smtp', data: { user: '', password: '', ...data } },
		close: async () => {
			await new Promise<void>((resolve) => {
				server.close(resolve);
			});
		},
	};
}

async function receive(stream: NodeJS.ReadableStream): Promise<Email> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(Buffer.from(chunk));
	return await PostalMime.parse(Buffer.concat(chunks));
}

declare module '@ffmpeg-installer/ffmpeg' {
	const installer: { path: string };
	export default installer;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { both, box, circle, ellipse, type Layer, line, paint, turn, without } from './paint';

const PORTRAIT_SIZE = 640;
const VIDEO = { width: 640, height: 360, fps: 24, frames: 60 };

/** Draws the sample portrait and driving video beside this file: `tsx examples/media/make.ts`. */
async function main(): Promise<void> {
	const ffmpeg = findFfmpeg();
	await makePortrait(ffmpeg, join(__dirname, 'portrait.png'));
	await makeDrivingVideo(ffmpeg, join(__dirname, 'driving-video.mp4'));
}

async function makePortrait(ffmpeg: string, path: string): Promise<void> {
	const size = `${String(PORTRAIT_SIZE)}x${String(PORTRAIT_SIZE)}`;
	const picture = paint(PORTRAIT_SIZE, PORTRAIT_SIZE, drawPortrait());
	await encode(ffmpeg, size, 1, [picture], ['-frames:v', '1', path]);
}

async function makeDrivingVideo(ffmpeg: string, path: string): Promise<void> {
	const { width, height, fps, frames } = VIDEO;
	const pictures = Array.from({ length: frames }, (_, frame) =>
		paint(width, height, drawPresenter(frame / frames)),
	);
	const h264 = ['-c:v', 'libx264', '-preset', 'slow', '-crf', '20', '-pix_fmt', 'yuv420p'];
	const clean = ['-map_metadata', '-1', '-movflags', '+faststart'];
	const size = `${String(width)}x${String(height)}`;
	await encode(ffmpeg, size, fps, pictures, [...h264, ...clean, path]);
}

function drawPortrait(): Layer[] {
	return [...drawBackdrop(), ...drawBust(), ...drawFace()];
}

function drawBackdrop(): Layer[] {
	return [
		[box(0, 0, 640, 640), '#cfe8e2'],
		[circle(320, 330, 268), '#9fd0c6'],
		[both(box(164, 110, 476, 500, 150), box(0, 0, 640, 486)), '#4a2f27'],
	];
}

function drawBust(): Layer[] {
	return [
		[ellipse(320, 676, 236, 178), '#e2704f'],
		[ellipse(320, 508, 84, 44), '#c95c3e'],
		[ellipse(320, 500, 70, 36), '#dc9f7d'],
		[box(272, 380, 368, 522, 44), '#dc9f7d'],
		[circle(204, 318, 25), '#e5aa88'],
		[circle(436, 318, 25), '#e5aa88'],
		[circle(202, 350, 8), '#f4d35e'],
		[circle(438, 350, 8), '#f4d35e'],
		[ellipse(320, 302, 116, 142), '#f2bd9a'],
		[without(ellipse(320, 270, 132, 140), ellipse(368, 352, 176, 164)), '#5a3a2f'],
		[without(ellipse(320, 270, 132, 140), ellipse(250, 366, 214, 176)), '#5a3a2f'],
	];
}

function drawFace(): Layer[] {
	const layers: Layer[] = [
		[circle(246, 360, 24), '#f0a78a'],
		[circle(394, 360, 24), '#f0a78a'],
		[both(circle(320, 330, 28), box(290, 346, 350, 360)), '#dc9f7d'],
		[both(ellipse(320, 376, 46, 42), box(270, 380, 370, 420)), '#9c3b34'],
		[both(ellipse(320, 376, 46, 42), box(270, 380, 370, 391)), '#ffffff'],
	];
	for (const side of [-1, 1]) {
		const eye = 320 + side * 46;
		layers.push(
			[ellipse(eye, 312, 20, 16), '#ffffff'],
			[circle(eye, 312, 13), '#3b2a26'],
			[circle(eye + 5, 307, 4), '#ffffff'],
			[without(ellipse(eye, 286, 25, 16), ellipse(eye, 294, 29, 17)), '#4a2f27'],
		);
	}
	return layers;
}

/** A presenter at a desk who nods twice and waves; `moment` runs from 0 to 1 and joins up as a loop. */
function drawPresenter(moment: number): Layer[] {
	const nod = Math.max(0, Math.sin(moment * 4 * Math.PI)) * 7;
	const raised = Math.sin(moment * Math.PI) ** 0.6;
	const wave = Math.sin(moment * 8 * Math.PI) * 0.3 * raised;
	return [
		...drawRoom(),
		...drawArm(raised, wave),
		...drawBody(nod),
		[box(0, 318, 640, 360), '#8a6a55'],
		[box(0, 318, 640, 324), '#a58068'],
		[line(236, 312, 288, 312, 14), '#35507a'],
		[circle(290, 310, 13), '#efc09c'],
	];
}

function drawRoom(): Layer[] {
	return [
		[box(0, 0, 640, 360), '#e9e4da'],
		[box(52, 44, 204, 196, 6), '#ffffff'],
		[box(62, 54, 124, 186), '#b9dcf0'],
		[box(132, 54, 194, 186), '#b9dcf0'],
		[both(circle(98, 214, 62), box(62, 54, 124, 186)), '#a7cfa0'],
		[both(circle(176, 206, 48), box(132, 54, 194, 186)), '#93c08c'],
		[box(486, 230, 548, 318, 10), '#c9744f'],
		[turn(ellipse(517, 176, 16, 62), 517, 234, -0.5), '#6da36a'],
		[turn(ellipse(517, 176, 16, 62), 517, 234, 0.5), '#6da36a'],
		[ellipse(517, 170, 17, 66), '#7fb57a'],
	];
}

/** The upper arm turns out from the shoulder, the forearm from the elbow. */
function drawArm(raised: number, wave: number): Layer[] {
	const [elbowX, elbowY] = [398 + 26 * raised, 306 - 26 * raised];
	const angle = Math.PI * (0.25 - 0.72 * raised) + wave;
	const [handX, handY] = [elbowX + 78 * Math.cos(angle), elbowY + 78 * Math.sin(angle)];
	const fingers = [-0.5, -0.17, 0.17, 0.5].map((spread): Layer => {
		const [x, y] = [Math.cos(angle + spread) * 27, Math.sin(angle + spread) * 27];
		return [line(handX, handY, handX + x, handY + y, 5), '#efc09c'];
	});
	return [
		...fingers,
		[circle(handX, handY, 16), '#efc09c'],
		[line(elbowX, elbowY, handX, handY, 14), '#35507a'],
		[circle(handX + (handX - elbowX) * 0.12, handY + (handY - elbowY) * 0.12, 15), '#efc09c'],
		[line(366, 240, elbowX, elbowY, 19), '#35507a'],
	];
}

function drawBody(nod: number): Layer[] {
	const head = 124 + nod * 0.6;
	const face = 126 + nod * 1.7;
	const layers: Layer[] = [
		[box(228, 206, 390, 400, 48), '#3d5c8c'],
		[line(250, 246, 234, 312, 19), '#35507a'],
		[ellipse(309, 210, 34, 20), '#f5f1e8'],
		[box(288, 160, 330, 220, 18), '#dba883'],
		[ellipse(309, head - 8, 56, 62), '#2e2a36'],
		[ellipse(309, head, 50, 60), '#efc09c'],
		[without(ellipse(309, head - 12, 58, 58), ellipse(318, head + 24, 66, 62)), '#2e2a36'],
		[ellipse(309, face + 14, 6, 8), '#dba883'],
		[both(ellipse(309, face + 26, 19, 15), box(280, face + 27, 340, face + 50)), '#9c3b34'],
	];
	for (const side of [-1, 1]) {
		const eye = 309 + side * 20;
		layers.push(
			[ellipse(eye, face - 2, 5, 7), '#2e2a36'],
			[line(eye - 9, face - 18, eye + 9, face - 18, 2.5), '#2e2a36'],
		);
	}
	return layers;
}

/** Sends raw pictures to ffmpeg. */
async function encode(
	ffmpeg: string,
	size: string,
	fps: number,
	pictures: readonly Buffer[],
	output: readonly string[],
): Promise<void> {
	const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', size, '-r', String(fps), '-i', '-'];
	const args = ['-loglevel', 'error', '-y', ...raw, ...output];
	const child = spawn(ffmpeg, args, { stdio: ['pipe', 'inherit', 'inherit'] });
	const closed = once(child, 'close');
	for (const picture of pictures) child.stdin.write(picture);
	child.stdin.end();
	await closed;
	if (child.exitCode !== 0) throw new Error(`ffmpeg ended with ${String(child.exitCode)}`);
}

/** FFMPEG_PATH, or the binary that npm installed. */
function findFfmpeg(): string {
	const { FFMPEG_PATH } = process.env;
	if (FFMPEG_PATH) return FFMPEG_PATH;
	const installer: unknown = createRequire(__filename)('@ffmpeg-installer/ffmpeg');
	const isInstaller = typeof installer === 'object' && installer !== null && 'path' in installer;
	if (isInstaller && typeof installer.path === 'string') return installer.path;
	throw new Error('no ffmpeg: set FFMPEG_PATH');
}

void main();

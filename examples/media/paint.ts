/** Signed distance to a shape's edge in pixels: negative inside. */
export type Shape = (x: number, y: number) => number;

export type Layer = readonly [shape: Shape, colour: string];

export const circle =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) =>
		length(x - cx, y - cy) - radius;

export const ellipse =
	(cx: number, cy: number, radiusX: number, radiusY: number): Shape =>
	(x, y) => {
		const [dx, dy] = [(x - cx) / radiusX, (y - cy) / radiusY];
		const size = length(dx, dy);
		const slope = length(dx / radiusX, dy / radiusY);
		return slope === 0 ? -Math.min(radiusX, radiusY) : (size * (size - 1)) / slope;
	};

/** A rectangle with rounded corners, by its corners. */
export const box =
	(left: number, top: number, right: number, bottom: number, radius = 0): Shape =>
	(x, y) => {
		const dx = Math.max(left - x, x - right) + radius;
		const dy = Math.max(top - y, y - bottom) + radius;
		const outside = length(Math.max(dx, 0), Math.max(dy, 0));
		return outside + Math.min(Math.max(dx, dy), 0) - radius;
	};

/** A thick line with round ends. */
export const line =
	(x1: number, y1: number, x2: number, y2: number, radius: number): Shape =>
	(x, y) => {
		const [dx, dy] = [x2 - x1, y2 - y1];
		const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy);
		const share = Math.min(Math.max(along, 0), 1);
		return length(x - x1 - dx * share, y - y1 - dy * share) - radius;
	};

export const both =
	(...shapes: Shape[]): Shape =>
	(x, y) =>
		Math.max(...shapes.map((shape) => shape(x, y)));

export const without =
	(shape: Shape, hole: Shape): Shape =>
	(x, y) =>
		Math.max(shape(x, y), -hole(x, y));

/** Turns a shape by an angle in radians, clockwise, around a point. */
export const turn = (shape: Shape, cx: number, cy: number, angle: number): Shape => {
	const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
	return (x, y) => {
		const [dx, dy] = [x - cx, y - cy];
		return shape(cx + dx * cos + dy * sin, cy - dx * sin + dy * cos);
	};
};

/** Paints layers from back to front and returns RGB bytes, row by row. */
export function paint(width: number, height: number, layers: readonly Layer[]): Buffer {
	const pixels = Buffer.alloc(width * height * 3);
	const inks = layers.map(([shape, colour]) => ({ shape, rgb: toRgb(colour) }));
	for (let y = 0; y < height; y += 1) {
		for (let x = 0; x < width; x += 1) {
			const at = (y * width + x) * 3;
			for (const { shape, rgb } of inks) {
				const cover = Math.min(Math.max(0.5 - shape(x + 0.5, y + 0.5), 0), 1);
				if (cover > 0) blend(pixels, at, rgb, cover);
			}
		}
	}
	return pixels;
}

function blend(pixels: Buffer, at: number, rgb: readonly number[], cover: number): void {
	rgb.forEach((value, channel) => {
		const under = pixels.readUInt8(at + channel);
		pixels.writeUInt8(Math.round(under + (value - under) * cover), at + channel);
	});
}

function toRgb(colour: string): number[] {
	return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Math.hypot guards against overflow and is too slow for every pixel. */
function length(dx: number, dy: number): number {
	return Math.sqrt(dx * dx + dy * dy);
}

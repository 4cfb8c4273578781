/** Photos on their way into the record: reduced for sending, drawn upon by hand; the camera's file is not touched. */

const LONGEST_EDGE = 2048;
const QUALITY = 0.82;

export interface Stroke {
  pen: "mark" | "cover";
  points: { x: number; y: number }[];
}

/** The picture in the file, upright, no edge longer than 2048 pixels. Throws TypeError for what is no picture. */
export async function reduced(file: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file).catch(() => {
    throw new TypeError("not a picture");
  });
  const scale = Math.min(1, LONGEST_EDGE / Math.max(whole.width, whole.height));
  if (scale === 1) return whole;
  const small = await createImageBitmap(whole, {
    resizeWidth: Math.round(whole.width * scale),
    resizeHeight: Math.round(whole.height * scale),
    resizeQuality: "high",
  });
  whole.close();
  return small;
}

/** The picture with its strokes is on the canvas, as it will be sent. */
export function paint(canvas: HTMLCanvasElement, picture: ImageBitmap, strokes: readonly Stroke[]): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.drawImage(picture, 0, 0);
  for (const stroke of strokes) draw(context, stroke, Math.max(picture.width, picture.height));
}

function draw(context: CanvasRenderingContext2D, { pen, points }: Stroke, edge: number): void {
  const [first, ...rest] = points;
  if (!first) return;
  const style = getComputedStyle(context.canvas);
  context.strokeStyle = style.getPropertyValue(pen === "mark" ? "--pen-mark" : "--pen-cover").trim();
  context.lineWidth = pen === "mark" ? edge / 180 : edge / 32;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(first.x, first.y);
  context.lineTo(first.x + 0.1, first.y);
  for (const point of rest) context.lineTo(point.x, point.y);
  context.stroke();
}

/** Where the pointer is, in the canvas's own pixels. */
export function pointOn(canvas: HTMLCanvasElement, event: PointerEvent): { x: number; y: number } {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) * canvas.width) / box.width,
    y: ((event.clientY - box.top) * canvas.height) / box.height,
  };
}

/** What is on the canvas, as a file of the type. */
export function fileOf(canvas: HTMLCanvasElement, type: "image/jpeg" | "image/png"): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new TypeError("no picture"))), type, QUALITY);
  });
}

/** What a camera sees. Codecs change colours a little, never one of these into another. */
export type Colour = 'red' | 'green' | 'blue' | 'other';

const SIDE = 160;
const FRAMES_PER_SECOND = 15;

/** A camera in front of a wall of one colour. */
export function paint(colour: Colour): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  let isOdd = false;
  // A canvas gives a frame only when something was drawn.
  const draw = (): void => {
    if (context === null) return;
    context.fillStyle = colour === 'other' ? 'black' : colour === 'green' ? 'lime' : colour;
    context.fillRect(0, 0, SIDE, SIDE);
    context.fillStyle = 'white';
    context.fillRect(0, 0, isOdd ? 4 : 6, 4);
    isOdd = !isOdd;
    requestAnimationFrame(draw);
  };
  draw();
  return canvas.captureStream(FRAMES_PER_SECOND);
}

/** The colour in the middle of what a video shows. */
export function colourOf(video: HTMLVideoElement): Colour {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (context === null) return 'other';
  context.drawImage(video, 0, 0, SIDE, SIDE);
  const [red = 0, green = 0, blue = 0] = context.getImageData(SIDE / 2, SIDE / 2, 1, 1).data;
  return nameOf(red, green, blue);
}

export function nameOf(red: number, green: number, blue: number): Colour {
  const isOn = [red, green, blue].map((level) => level > 150);
  const isOff = [red, green, blue].map((level) => level < 90);
  if (isOn[0] && isOff[1] && isOff[2]) return 'red';
  if (isOff[0] && isOn[1] && isOff[2]) return 'green';
  if (isOff[0] && isOff[1] && isOn[2]) return 'blue';
  return 'other';
}

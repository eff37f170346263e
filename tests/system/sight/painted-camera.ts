/**
 * Runs inside the page before its own scripts: what the page's camera sees is painted, one colour to the left and one to the right.
 * Self-contained: it is handed to the browser as text.
 */
export function installPaintedCamera(): void {
  const devices = navigator.mediaDevices;
  const real = devices.getUserMedia.bind(devices);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 480];
  let turn = 0;
  const paint = (): void => {
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.fillStyle = 'rgb(230 120 30)';
    context.fillRect(0, 0, 320, 480);
    context.fillStyle = 'rgb(20 140 130)';
    context.fillRect(320, 0, 320, 480);
    // A camera's picture is never the same twice.
    turn += 1;
    context.fillStyle = turn % 2 === 0 ? 'white' : 'black';
    context.fillRect(0, 0, 24, 24);
  };
  devices.getUserMedia = async (constraints): Promise<MediaStream> => {
    if (constraints?.video === undefined || constraints.video === false) return real(constraints);
    const stream =
      constraints.audio === undefined || constraints.audio === false
        ? new MediaStream()
        : await real({ audio: constraints.audio });
    paint();
    setInterval(paint, 66);
    for (const track of canvas.captureStream(15).getVideoTracks()) stream.addTrack(track);
    return stream;
  };
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Sizes stand near the beginning, also behind the thumbnail that a camera puts into a JPEG. */
const HEAD_CHARACTERS = 256 * 1024;

/** Of a PNG, GIF, WebP or JPEG in base64; null for anything else. */
export function sizeOfImage(base64: string): ImageSize | null {
  const bytes = decode(base64.slice(0, HEAD_CHARACTERS - (HEAD_CHARACTERS % 4)));
  if (bytes === null || bytes.length < 30) return null;
  const view = new DataView(bytes.buffer);
  const size = sizeOf(view);
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

function decode(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

const PNG = 0x89504e47;
const GIF = 0x47494638;
const RIFF = 0x52494646;

function sizeOf(view: DataView): ImageSize | null {
  switch (view.getUint32(0)) {
    case PNG:
      return { width: view.getUint32(16), height: view.getUint32(20) };
    case GIF:
      return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    case RIFF:
      return sizeOfWebp(view);
    default:
      return view.getUint16(0) === 0xffd8 ? sizeOfJpeg(view) : null;
  }
}

/** https://developers.google.com/speed/webp/docs/riff_container: the lossy, the lossless and the extended form. */
function sizeOfWebp(view: DataView): ImageSize | null {
  switch (view.getUint8(15)) {
    case 0x20:
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 0x4c: {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 0x58:
      return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
    default:
      return null;
  }
}

/** Segment by segment to the start of a frame. */
function sizeOfJpeg(view: DataView): ImageSize | null {
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

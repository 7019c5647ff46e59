/** SVG is left out: it is a document that can carry scripts and links, not a picture. */
const picture = /^data:image\/(?:png|jpeg|jpg|gif|webp|avif|bmp);base64,[A-Za-z0-9+/=\s]+$/i;

/** The source if it is a picture that stands in the body itself, else null: nothing is ever fetched from elsewhere. */
export function imageSource(source: string): string | null {
  return picture.test(source) ? source : null;
}

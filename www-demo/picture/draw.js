// The few marks all product pictures are drawn with, on a field of 200 by 200.

export const path = (d, fill) => `<path d="${d}" fill="${fill}"/>`;
export const rect = (x, y, w, h, r, fill) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${fill}"/>`;
export const disc = (x, y, r, fill) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;
export const oval = (x, y, rx, ry, fill) => `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}"/>`;
export const stroke = (d, colour, width = 3) =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
export const ring = (x, y, r, colour, width) =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
/** Turns marks about a point, in degrees. */
export const turn = (degrees, x, y, marks) => `<g transform="rotate(${degrees} ${x} ${y})">${marks}</g>`;
/** Moves and scales marks. */
export const place = (x, y, scale, marks) => `<g transform="translate(${x} ${y}) scale(${scale})">${marks}</g>`;
/** The soft shadow of what stands on the ground. */
export const ground = (y, rx) => oval(100, y, rx, rx / 9, "rgba(40,34,28,.13)");
/** A light edge, as from a window on the left. */
export const shine = (x, y, w, h) => rect(x, y, w, h, w / 2, "rgba(255,255,255,.35)");

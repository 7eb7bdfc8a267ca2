// Pictures of gifts, paper and parties, and the wrapped parcel that stands for anything unknown.

import { disc, ground, oval, path, rect, ring, shine, stroke, turn } from "./draw.js";

const heart = (x, y, s, fill) => path(`M${x} ${y + s} C${x - s * 1.9} ${y - s * 0.2} ${x - s * 0.9} ${y - s * 1.5} ${x} ${y - s * 0.45} C${x + s * 0.9} ${y - s * 1.5} ${x + s * 1.9} ${y - s * 0.2} ${x} ${y + s}Z`, fill);
const star = (x, y, r, fill) => path([...Array(10).keys()].map((i) => {
  const a = (i * Math.PI) / 5 - Math.PI / 2, q = i % 2 ? r * 0.45 : r;
  return `${i ? "L" : "M"}${(x + q * Math.cos(a)).toFixed(1)} ${(y + q * Math.sin(a)).toFixed(1)}`;
}).join(" ") + "Z", fill);

export const gift = {
  candle: (c) => ground(168, 40) + rect(62, 82, 76, 86, 10, c.m) + oval(100, 82, 38, 10, c.l) + stroke("M100 80 V68", c.d, 3) + path("M100 34 Q118 54 100 70 Q82 54 100 34Z", c.a) + path("M100 48 Q108 58 100 66 Q92 58 100 48Z", "#fff3cf") + rect(62, 108, 76, 34, 0, c.p) + heart(100, 124, 9, c.a),
  heart: (c) => stroke("M100 24 V58", c.d, 3) + heart(100, 104, 50, c.m) + heart(100, 102, 35, c.l) + path("M100 56 l-16 -8 v14Z M100 56 l16 -8 v14Z", c.a),
  star: (c) => stroke("M100 22 V46", c.d, 3) + star(100, 106, 62, c.m) + star(100, 106, 40, c.l) + disc(100, 106, 7, c.a),
  card: (c) => turn(6, 100, 104, rect(58, 46, 96, 112, 3, c.d)) + turn(-5, 100, 104, rect(50, 46, 96, 116, 3, c.p) + rect(58, 54, 80, 100, 2, c.l) + heart(98, 96, 19, c.m) + rect(74, 130, 48, 4, 2, c.d) + rect(82, 140, 32, 3, 1.5, c.d)),
  sign: (c) => stroke("M62 78 L100 36 L138 78", c.d, 3) + disc(100, 36, 4, c.d) + rect(36, 76, 128, 64, 6, c.m) + rect(43, 83, 114, 50, 3, c.p) + rect(60, 96, 80, 7, 3.5, c.d) + rect(76, 112, 48, 6, 3, c.m) + heart(146, 126, 5, c.a) + heart(54, 92, 5, c.a),
  bunting: (c) => stroke("M24 62 Q100 98 176 62", c.d, 3) + [[34, 66, c.m], [60, 76, c.a], [86, 80, c.l], [112, 80, c.d], [138, 74, c.m]].map(([x, y, f]) => path(`M${x} ${y} h24 l-12 34Z`, f)).join("") + stroke("M24 118 Q100 150 176 118", c.d, 3) + [[40, 124, c.l], [68, 132, c.d], [98, 134, c.m], [128, 130, c.a]].map(([x, y, f]) => path(`M${x} ${y} h24 l-12 32Z`, f)).join(""),
  notebook: (c) => turn(-6, 100, 104, rect(54, 38, 96, 130, 6, c.d) + rect(58, 38, 96, 126, 6, c.m) + rect(66, 38, 8, 126, 0, c.d) + rect(90, 62, 48, 34, 3, c.p) + rect(98, 74, 32, 4, 2, c.d) + rect(98, 84, 22, 3, 1.5, c.l) + rect(132, 38, 7, 138, 0, c.a)),
  pencils: (c) => ground(168, 36) + [[74, 40, c.a], [92, 28, c.l], [110, 36, c.d], [124, 46, c.m]].map(([x, y, f]) => rect(x - 6, y + 14, 12, 80, 0, f) + path(`M${x - 6} ${y + 14} L${x} ${y} L${x + 6} ${y + 14}Z`, c.p) + path(`M${x - 2.4} ${y + 6} L${x} ${y} L${x + 2.4} ${y + 6}Z`, c.d)).join("") + path("M60 96 H140 L134 168 H66Z", c.m) + rect(60, 96, 80, 12, 3, c.d) + shine(70, 112, 4, 46),
  wrap: (c) => turn(-28, 100, 104, rect(36, 66, 128, 30, 15, c.m) + oval(156, 81, 9, 15, c.d) + rect(40, 102, 124, 30, 15, c.a) + oval(156, 117, 9, 15, c.l) + [60, 86, 112, 138].map((x) => disc(x, 81, 5, c.p) + rect(x - 3, 102, 6, 30, 0, c.p)).join("")),
  napkins: (c) => path("M46 62 L154 62 L154 150 L46 150Z", c.p) + path("M46 62 H154 V150Z", c.l) + [[66, 128], [88, 138], [74, 106], [112, 86], [134, 76], [136, 104], [92, 80]].map(([x, y]) => disc(x, y, 7, c.m)).join("") + path("M46 150 H154 V158 H46Z", c.d),
  tin: (c) => ground(164, 56) + rect(42, 86, 116, 76, 14, c.m) + rect(38, 64, 124, 30, 10, c.d) + disc(100, 126, 19, c.p) + heart(100, 124, 9, c.a) + [60, 140].map((x) => disc(x, 110, 5, c.l) + disc(x, 142, 5, c.l)).join(""),
  bird: (c) => stroke("M100 20 V52", c.d, 2.6) + path("M42 88 Q56 60 90 60 Q116 36 138 62 L158 72 L138 82 Q132 134 84 130 Q46 128 30 152 Q28 110 42 88Z", c.m) + path("M66 92 Q96 84 108 102 Q92 126 62 116Z", c.l) + disc(126, 66, 4, c.d) + stroke("M86 130 V150 M100 128 V148", c.d, 3),
  house: (c) => ground(168, 54) + path("M46 96 L100 44 L154 96Z", c.d) + rect(58, 94, 84, 74, 2, c.m) + rect(90, 122, 22, 46, 3, c.d) + rect(66, 106, 18, 20, 2, c.p) + rect(118, 106, 18, 20, 2, c.p) + heart(101, 86, 7, c.a) + rect(124, 52, 12, 26, 1, c.d),
  tree: (c) => ground(170, 40) + rect(92, 146, 16, 24, 2, c.d) + path("M100 30 L132 78 H118 L144 114 H128 L154 150 H46 L72 114 H56 L82 78 H68Z", c.m) + star(100, 32, 13, c.a) + [[88, 90], [112, 102], [82, 130], [118, 134]].map(([x, y]) => disc(x, y, 5, c.l)).join(""),
  key: (c) => turn(-36, 100, 100, ring(64, 100, 25, c.m, 13) + rect(86, 93, 80, 14, 4, c.m) + rect(140, 104, 10, 22, 2, c.m) + rect(158, 104, 8, 16, 2, c.m)) + path("M54 148 q14 -22 30 0Z", c.a),
  bagOfGoods: (c) => ground(168, 52) + path("M54 66 H146 L152 168 H48Z", c.m) + path("M54 66 H146 L148 96 H52Z", c.l) + stroke("M80 84 Q80 44 100 44 Q120 44 120 84", c.d, 5) + disc(100, 132, 15, c.p) + heart(100, 131, 7, c.a),
  ribbon: (c) => disc(100, 96, 50, c.m) + disc(100, 96, 32, c.l) + disc(100, 96, 12, c.bg) + path("M120 136 L150 170 L128 164 L118 180 L106 146Z", c.d) + path("M66 118 q34 24 68 0", "rgba(255,255,255,.25)"),
  parcel: (c) => ground(166, 56) + rect(48, 78, 104, 88, 6, c.m) + rect(42, 62, 116, 26, 5, c.d) + rect(90, 62, 20, 104, 0, c.a) + path("M100 62 Q70 60 68 44 Q74 28 100 62Z", c.a) + path("M100 62 Q130 60 132 44 Q126 28 100 62Z", c.a) + disc(100, 61, 7, c.d),
  carton: (c) => ground(166, 58) + path("M44 80 L100 64 L156 80 V146 L100 166 L44 146Z", c.m) + path("M100 98 L156 80 V146 L100 166Z", c.d) + path("M44 80 L100 64 L156 80 L100 98Z", c.l) + path("M70 72.6 L126 90 L130 88.4 V108 L122 111 V92 L64 74.4Z", c.a),
  bundle: (c) => ground(166, 54) + rect(58, 96, 46, 70, 6, c.m) + rect(108, 74, 36, 92, 6, c.d) + disc(82, 76, 20, c.a) + rect(66, 112, 30, 26, 3, c.p) + rect(114, 92, 24, 40, 3, c.l) + shine(113, 84, 3, 74),
};

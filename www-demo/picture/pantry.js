// Pictures of bottles, jars, tubes and packs: beauty, food and drink.

import { disc, ground, oval, path, rect, ring, shine, stroke, turn } from "./draw.js";

/** A label in the middle of something: paper, a line of text and a mark. */
const label = (x, y, w, h, c, mark = disc(x + w / 2, y + h * 0.38, Math.min(w, h) * 0.17, c.a)) =>
  rect(x, y, w, h, 3, c.p) + mark + rect(x + w * 0.22, y + h * 0.68, w * 0.56, 3, 1.5, c.d) + rect(x + w * 0.32, y + h * 0.82, w * 0.36, 2.4, 1.2, c.l);

const leaf = (x, y, s, fill) => path(`M${x} ${y - s} q${s * 0.9} ${s * 0.8} 0 ${s * 2} q${-s * 0.9} ${-s * 1.2} 0 ${-s * 2}Z`, fill);

/** A standing pouch with a folded top. */
const pouch = (c, mark) => ground(170, 46) + path("M58 48 H142 L148 160 Q148 170 138 170 H62 Q52 170 52 160Z", c.m) + rect(56, 36, 88, 16, 3, c.d) + stroke("M60 44 H140", "rgba(255,255,255,.4)", 2) + label(68, 80, 64, 66, c, mark) + shine(58, 60, 4, 90);

export const pantry = {
  bottle: (c) => ground(172, 32) + rect(70, 70, 60, 102, 14, c.m) + path("M84 72 V56 H116 V72Z", c.l) + rect(80, 34, 40, 26, 5, c.d) + label(78, 94, 44, 56, c) + shine(74, 84, 4, 76),
  pump: (c) => ground(172, 34) + rect(66, 82, 68, 90, 16, c.m) + rect(84, 64, 32, 20, 5, c.d) + rect(96, 46, 8, 22, 2, c.d) + path("M78 38 H112 Q118 38 118 46 V50 H78 Q70 50 70 58 L64 58 Q64 38 78 38Z", c.d) + label(76, 98, 48, 56, c, leaf(100, 118, 10, c.a)) + shine(71, 96, 4, 62),
  jar: (c) => ground(158, 52) + rect(48, 90, 104, 68, 16, c.m) + rect(44, 62, 112, 34, 9, c.d) + stroke("M58 70 V88 M70 70 V88 M82 70 V88 M94 70 V88 M106 70 V88 M118 70 V88 M130 70 V88 M142 70 V88", "rgba(255,255,255,.22)", 2) + label(72, 104, 56, 42, c) + shine(54, 104, 4, 40),
  tube: (c) => ground(170, 26) + path("M66 34 H134 L126 142 H74Z", c.m) + rect(64, 28, 72, 11, 2, c.d) + rect(76, 142, 48, 28, 5, c.d) + disc(100, 82, 17, c.a) + stroke("M100 56 V60 M100 104 V108 M74 82 H78 M122 82 H126 M82 64 l3 3 M118 64 l-3 3 M82 100 l3 -3 M118 100 l-3 -3", c.a, 3) + rect(84, 122, 32, 4, 2, c.p) + shine(74, 46, 4, 80),
  lipstick: (c) => ground(170, 34) + rect(58, 116, 34, 54, 4, c.d) + rect(62, 92, 26, 26, 2, c.a) + path("M64 94 V62 Q66 46 86 42 V94Z", "#bd4a55") + rect(110, 84, 34, 86, 6, c.d) + rect(110, 92, 34, 6, 0, c.a) + shine(115, 102, 4, 58),
  browPencil: (c) => [[-30, c.d], [-14, c.m]].map(([angle, colour], i) => turn(angle, 100, 104, rect(34 + i * 6, 96 + i * 8, 104, 13, 6, colour) + path(`M${138 + i * 6} ${96 + i * 8} l22 6.5 l-22 6.5Z`, c.l) + path(`M${152 + i * 6} ${100 + i * 8} l8 2.5 l-8 2.5Z`, c.d) + rect(62 + i * 6, 96 + i * 8, 7, 13, 0, c.a))).join("") + stroke("M52 62 Q88 34 130 50", c.d, 5),
  salts: (c) => ground(166, 46) + rect(58, 70, 84, 96, 14, c.l) + path("M58 104 Q78 94 100 104 Q122 112 142 102 V152 Q142 166 128 166 H72 Q58 166 58 152Z", c.m) + rect(64, 46, 72, 28, 6, c.a) + label(78, 112, 44, 40, c, leaf(100, 126, 7, c.d)) + shine(64, 82, 4, 70),
  teaTin: (c) => ground(168, 44) + rect(58, 66, 84, 102, 6, c.m) + oval(100, 66, 42, 10, c.d) + rect(62, 42, 76, 24, 4, c.d) + oval(100, 42, 38, 8, c.l) + rect(58, 94, 84, 46, 0, c.p) + leaf(92, 116, 14, c.d) + leaf(108, 118, 12, c.m) + shine(64, 74, 4, 84),
  coffeeBag: (c) => pouch(c, oval(100, 104, 11, 15, c.d) + stroke("M100 92 q-7 12 0 24", c.l, 3)),
  pouch: (c) => pouch(c),
  berries: (c) => pouch(c, disc(92, 104, 10, c.a) + disc(108, 104, 10, c.a) + disc(100, 114, 9, c.d) + leaf(100, 92, 6, c.m)),
  dripBox: (c) => ground(168, 54) + path("M46 84 L100 70 L154 84 V156 L100 170 L46 156Z", c.m) + path("M100 98 L154 84 V156 L100 170Z", c.d) + path("M46 84 L100 98 L154 84 L100 70Z", c.l) + turn(-8, 86, 60, rect(72, 34, 32, 46, 3, c.p) + oval(88, 54, 7, 9, c.d)) + turn(10, 116, 62, rect(104, 40, 30, 42, 3, c.p) + oval(119, 58, 6, 8, c.a)) + path("M46 84 L100 98 V120 L46 106Z", c.m) + path("M154 84 L100 98 V120 L154 106Z", c.d),
  biscuits: (c) => ground(164, 54) + rect(44, 118, 112, 46, 8, c.m) + rect(44, 118, 112, 10, 4, c.d) + [[74, 96], [104, 92], [130, 98], [88, 72], [116, 70]].map(([x, y], i) => disc(x, y, 19, i % 2 ? c.a : c.l) + disc(x - 5, y - 4, 2.4, c.d) + disc(x + 6, y - 2, 2.4, c.d) + disc(x, y + 7, 2.4, c.d)).join("") + rect(44, 118, 112, 46, 8, c.m) + rect(44, 118, 112, 10, 4, c.d),
  sack: (c) => ground(172, 52) + path("M60 50 Q100 62 140 50 Q156 112 146 160 Q142 172 128 172 H72 Q58 172 54 160 Q44 112 60 50Z", c.l) + path("M62 34 Q100 46 138 34 L140 54 Q100 66 60 54Z", c.m) + stroke("M62 54 Q100 66 138 54", c.d, 4) + disc(100, 112, 27, c.p) + [-18, 0, 18].map((a) => turn(a, 100, 132, leaf(100, 106, 14, c.a))).join("") + stroke("M100 112 V132", c.d, 2.4),
  sauce: (c) => ground(170, 40) + path("M64 86 Q64 72 76 68 H124 Q136 72 136 86 V156 Q136 170 122 170 H78 Q64 170 64 156Z", c.m) + rect(72, 42, 56, 28, 6, c.d) + rect(64, 94, 72, 52, 0, c.p) + path("M84 132 Q110 134 118 108 Q104 112 96 110 Q86 116 84 132Z", c.a) + stroke("M118 108 q2 -7 9 -8", c.d, 3.4) + shine(69, 84, 4, 76),
  chocolate: (c) => turn(-10, 100, 100, rect(52, 44, 96, 116, 6, c.d) + [0, 1, 2].flatMap((i) => [0, 1].map((j) => rect(62 + i * 26, 52 + j * 24, 22, 20, 3, c.m))).join("") + rect(48, 100, 104, 64, 4, c.a) + rect(66, 122, 68, 8, 4, c.p) + rect(80, 138, 40, 5, 2.5, c.p)),
  cup: (c) => ground(164, 46) + path("M52 74 H132 V128 Q132 164 96 164 H88 Q52 164 52 128Z", c.m) + `<path d="M132 88 q28 -4 28 20 q0 26 -32 26" fill="none" stroke="${c.m}" stroke-width="11"/>` + rect(52, 100, 80, 14, 0, c.l) + stroke("M78 56 q-8 -10 0 -20 M100 56 q-8 -10 0 -20", c.d, 3) + shine(59, 82, 5, 60),
  teapot: (c) => ground(162, 56) + `<path d="M56 88 q-26 4 -22 30 q4 20 28 20" fill="none" stroke="${c.d}" stroke-width="9"/>` + path("M52 112 Q52 72 98 72 Q144 72 144 112 Q144 160 98 160 Q52 160 52 112Z", c.m) + path("M140 108 Q156 100 158 80 L174 76 Q172 118 140 134Z", c.m) + path("M70 76 Q98 58 126 76Z", c.d) + disc(98, 58, 8, c.a) + shine(64, 96, 5, 44),
  glass: (c) => ground(166, 34) + path("M64 42 H136 L126 166 H74Z", c.l) + path("M67 82 H133 L126 166 H74Z", c.m) + shine(76, 54, 5, 100) + ring(118, 52, 15, c.a, 5),
  cake: (c) => ground(166, 56) + path("M50 100 H150 V150 Q150 160 140 160 H60 Q50 160 50 150Z", c.m) + path("M50 100 Q50 84 64 84 H136 Q150 84 150 100 V112 q-10 14 -20 0 q-10 14 -20 0 q-10 14 -20 0 q-10 14 -20 0 q-10 14 -20 0Z", c.p) + disc(100, 72, 12, c.a) + stroke("M100 60 q4 -12 14 -12", c.d, 3),
  cupcake: (c) => ground(166, 42) + path("M58 104 H142 L130 166 H70Z", c.m) + stroke("M74 108 L82 162 M91 108 L95 162 M109 108 L105 162 M126 108 L118 162", c.d, 3) + path("M52 104 Q46 80 70 76 Q74 50 100 50 Q126 50 130 76 Q154 80 148 104Z", c.l) + disc(100, 44, 10, c.a),
};
